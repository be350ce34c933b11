import { cookieSignInResponse, registrationOptionsResponse } from '@guise/protocol';
import type { Api, ApiAnswer, Method } from './api.js';
import type { TestAuthority } from './authority.js';
import type { TestPerson } from './people.js';

/** A page of the authority in a person's browser: it carries the cookie and repeats the CSRF token. */
export class TestPage {
  /** What the browser holds, as `name=value`; null when it holds none. */
  cookie: string | null = null;
  csrfToken = '';
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
      cookie: this.cookie,
      ...changes,
    };
    const headers = Object.fromEntries(
      Object.entries(sent).flatMap(([name, value]) => (value === null ? [] : [[name, value]])),
    );
    const answer = await this.api.call(method, url, json === undefined ? { headers } : { headers, json });
    this.keepCookie(answer);
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
    const set = headers['set-cookie'];
    if (typeof set !== 'string') return;
    const [pair = ''] = set.split(';', 1);
    this.cookie = set.includes('Max-Age=0') ? null : pair;
  }
}
