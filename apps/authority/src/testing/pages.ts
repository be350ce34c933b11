import { cookieSignInResponse, registrationOptionsResponse } from '@guise/protocol';
import { textOf, type Api, type ApiAnswer, type Method } from './api.js';
import type { TestAuthority } from './authority.js';
import type { TestPerson } from './people.js';

/** A page of the authority in a person's browser: it carries the cookie and repeats the CSRF token. */
export class TestPage {
  /** What the browser holds, as `name=value`; null when it holds none. */
  cookie: string | null = null;
  csrfToken = '';
  /** The cookie of a sign-in that was begun at the identity provider. */
  flowCookie: string | null = null;
  private readonly api: Api;
  private readonly origin: string;

  constructor(authority: TestAuthority) {
    this.api = authority.api;
    this.origin = authority.config.publicUrl;
  }

  /** Sends what a browser sends; a header set to null is left out. */
  async call(
    method: Method,
    url: string,
    json?: unknown,
    changes: Readonly<Record<string, string | null>> = {},
  ): Promise<ApiAnswer> {
    const sent = {
      origin: method === 'GET' ? null : this.origin,
      'sec-fetch-site': 'same-origin',
      'user-agent': 'Test browser',
      'x-csrf-token': this.csrfToken,
      cookie: [this.cookie, this.flowCookie].filter((each) => each !== null).join('; ') || null,
      ...changes,
    };
    const headers = Object.fromEntries(
      Object.entries(sent).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
    const answer = await this.api.call(method, url, json === undefined ? { headers } : { headers, json });
    this.keepCookie(answer);
    return answer;
  }

  /** Comes back from another site: a navigation, which carries no Strict cookie. */
  async returnTo(url: string): Promise<ApiAnswer> {
    const { pathname, search } = new URL(url);
    const navigation = { 'sec-fetch-site': 'cross-site', 'x-csrf-token': null, cookie: this.flowCookie };
    const answer = await this.call('GET', pathname + search, undefined, navigation);
    const current = await this.call('GET', '/v1/sign-ins/current');
    if (current.status === 200) this.csrfToken = textOf(current.body, 'csrfToken');
    return answer;
  }

  /** Signs in with a passkey; what the browser carried before goes along. */
  async signIn(
    person: TestPerson,
    changes: Readonly<Record<string, string | null>> = {},
  ): Promise<ApiAnswer> {
    const offered = await this.call('POST', '/v1/passkeys/authentication/options', {}, changes);
    const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
    const response = person.authenticator.get(options);
    const body = { ceremony, response, carrier: 'cookie' };
    return this.keepToken(await this.call('POST', '/v1/passkeys/authentication', body, changes));
  }

  async stepUp(person: TestPerson): Promise<ApiAnswer> {
    const offered = await this.call('POST', '/v1/step-up/options', {});
    const { ceremony, options } = registrationOptionsResponse.parse(offered.body);
    const response = person.authenticator.get(options);
    return this.keepToken(await this.call('POST', '/v1/step-up', { ceremony, response }));
  }

  private keepToken(answer: ApiAnswer): ApiAnswer {
    const signedIn = cookieSignInResponse.safeParse(answer.body);
    if (signedIn.success) this.csrfToken = signedIn.data.csrfToken;
    return answer;
  }

  private keepCookie({ headers }: ApiAnswer): void {
    for (const set of [headers['set-cookie']].flat()) {
      if (typeof set !== 'string') continue;
      const [pair = ''] = set.split(';', 1);
      const held = set.includes('Max-Age=0') ? null : pair;
      if (pair.startsWith('__Host-guise-oidc=')) this.flowCookie = held;
      else this.cookie = held;
    }
  }
}
