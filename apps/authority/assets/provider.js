/* global document, location */

/** Buttons to sign in at the organisation's OpenID provider and to link an account, where one is configured. */
export async function offerProvider(call, attempt) {
  const { name } = await call('GET', '/v1/oidc');
  if (name === null) return;
  offer('provider-sign-in', `Sign in with ${name}`, '/v1/oidc/sign-in');
  offer('provider-link', `Link your sign-in of ${name}`, '/v1/oidc/link');

  function offer(id, text, path) {
    const button = document.getElementById(id);
    button.textContent = text;
    button.hidden = false;
    button.addEventListener('click', () => void attempt(() => leaveFor(path)));
  }

  async function leaveFor(path) {
    const { url } = await call('POST', path, {});
    location.assign(url);
  }
}
