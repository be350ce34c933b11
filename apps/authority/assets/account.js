/* global document, fetch, location, navigator, PublicKeyCredential, URLSearchParams, window */
import { offerNoticeAddress } from './notice-address.js';
import { offerProvider } from './provider.js';

/** Repeated in what changes something; the sign-in itself is in a cookie that no script reads. */
let csrfToken = '';
/** Shows the list of notices anew. */
let changed = async () => {};
const byId = (id) => document.getElementById(id);

function say(text, state = 'good') {
  byId('message').textContent = text;
  byId('message').dataset.state = state;
}

/** Calls the API; a refusal is thrown with the advice the server gives. Asked to verify themselves, the person does. */
async function call(method, path, json) {
  const answer = await send(method, path, json);
  if (answer.ok) return answer.body;
  if (answer.body?.code === 'step-up-required') {
    await stepUp();
    return call(method, path, json);
  }
  throw new Error(`${answer.body.title}. ${answer.body.detail ?? ''}`);
}

async function send(method, path, json) {
  const headers = { accept: 'application/json' };
  if (method !== 'GET') headers['x-csrf-token'] = csrfToken;
  if (json !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(path, {
    method,
    headers,
    body: json === undefined ? undefined : JSON.stringify(json),
  });
  const text = await answer.text();
  return { ok: answer.ok, body: text === '' ? null : JSON.parse(text) };
}

async function stepUp() {
  const { ceremony, options } = await call('POST', '/v1/step-up/options', {});
  const response = toAnswer(await usePasskey(options));
  ({ csrfToken } = await call('POST', '/v1/step-up', { ceremony, response }));
}

const createPasskey = async (options) =>
  (
    await navigator.credentials.create({
      publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options),
    })
  ).toJSON();
const usePasskey = async (options) =>
  (
    await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) })
  ).toJSON();

/** The members the API takes; browsers may add others. */
function toAnswer({ id, rawId, type, response, clientExtensionResults, authenticatorAttachment }) {
  return {
    id,
    rawId,
    type,
    response,
    clientExtensionResults,
    ...(authenticatorAttachment ? { authenticatorAttachment } : {}),
  };
}

async function register(invitation) {
  const { ceremony, options } = await call('POST', '/v1/passkeys/registration/options', { invitation });
  const response = toAnswer(await createPasskey(options));
  ({ csrfToken } = await call('POST', '/v1/passkeys/registration', {
    ceremony,
    response,
    carrier: 'cookie',
  }));
  await enter();
}

async function signIn() {
  const { ceremony, options } = await call('POST', '/v1/passkeys/authentication/options', {});
  const response = toAnswer(await usePasskey(options));
  ({ csrfToken } = await call('POST', '/v1/passkeys/authentication', {
    ceremony,
    response,
    carrier: 'cookie',
  }));
  await enter();
}

/** A page that is loaded again carries its cookie still. */
async function resume() {
  const { ok, body } = await send('GET', '/v1/sign-ins/current');
  if (!ok) return;
  ({ csrfToken } = body);
  await enter();
}

async function enter() {
  const me = await call('GET', '/v1/me');
  byId('name').textContent = me.displayName;
  byId('roles').textContent = me.roles.join(', ');
  byId('face').textContent = me.sourceFace === null ? 'not registered' : me.sourceFace.state;
  byId('signed-out').hidden = true;
  byId('signed-in').hidden = false;
  say(`Signed in as ${me.displayName}.`);
  changed = () => showNotices(me.personId);
  await Promise.all([showDevices(), showPasskeys(), showSignIns(), showNoticeAddress(), changed()]);
}

async function signOut() {
  await call('POST', '/v1/sign-out', {});
  leave('Signed out.');
}

async function leaveForGood(words) {
  await call('POST', '/v1/me/leave', { leave: words });
  byId('leave-words').value = '';
  leave('You have left.');
}

function leave(text) {
  csrfToken = '';
  byId('signed-out').hidden = false;
  byId('signed-in').hidden = true;
  say(text);
}

const onDay = (seconds) => new Date(seconds * 1000).toLocaleString();

function row(text, ...buttons) {
  const item = document.createElement('li');
  const name = document.createElement('span');
  name.textContent = text;
  item.append(name, ...buttons);
  return item;
}

function quietButton(text, action) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = text;
  button.addEventListener('click', () => attempt(action));
  return button;
}

async function showPasskeys() {
  const passkeys = await call('GET', '/v1/passkeys');
  byId('passkeys').replaceChildren(...passkeys.map(passkeyRow));
  byId('first-passkey').hidden = passkeys.length > 0;
  byId('add-passkey').hidden = passkeys.length === 0;
}

/** Who came in by the identity provider has none; it is made at once after signing in. */
async function createFirstPasskey() {
  const { token } = await call('POST', '/v1/oidc/first-passkey', {});
  await register(token);
}

function passkeyRow({ id, name, createdAt, lastUsedAt, state }) {
  const used = lastUsedAt === null ? 'never used' : `last used ${onDay(lastUsedAt)}`;
  const locked = state === 'locked' ? ', locked: it was copied' : '';
  return row(
    `${name} (since ${onDay(createdAt)}, ${used}${locked})`,
    quietButton(`Rename ${name}`, async () => {
      const next = window.prompt('New name', name);
      if (next === null) return;
      await call('POST', `/v1/passkeys/${id}/rename`, { name: next });
      await showPasskeys();
    }),
    quietButton(`Remove ${name}`, async () => {
      await call('POST', `/v1/passkeys/${id}/remove`, {});
      leave(`${name} is removed. Sign in with another passkey.`);
    }),
  );
}

async function addPasskey(name) {
  const { ceremony, options } = await call('POST', '/v1/passkeys/options', {});
  const response = toAnswer(await createPasskey(options));
  await call('POST', '/v1/passkeys', { ceremony, response, name });
  say(`${name} is added.`);
  await showPasskeys();
}

/** What happened to the account; an open recovery of it can be stopped here. */
async function showNotices(personId) {
  const [{ notices }, { recoveries }] = await Promise.all([
    call('GET', '/v1/me/notices'),
    call('GET', '/v1/recoveries'),
  ]);
  const open = recoveries.filter(
    ({ person, state }) => person === personId && ['requested', 'approved'].includes(state),
  );
  byId('notices').replaceChildren(
    ...open.map(({ id, reason }) =>
      row(
        `A recovery of your account is open: “${reason}”`,
        quietButton('Cancel the recovery', async () => {
          await call('POST', `/v1/recoveries/${id}/cancel`, {});
          say('The recovery is cancelled.');
          await showNotices(personId);
        }),
      ),
    ),
    ...notices.map(({ text, at }) => row(`${onDay(at)}: ${text}`)),
  );
  if (notices.length === 0) byId('notices').textContent = 'Nothing happened yet.';
}

async function showSignIns() {
  const signIns = await call('GET', '/v1/sign-ins');
  byId('sign-ins').replaceChildren(...signIns.map(signInRow));
}

function signInRow({ id, client, carrier, lastUsedAt, current }) {
  const what = client === '' ? `a ${carrier}` : client;
  if (current) return row(`This one: ${what}`);
  return row(
    `${what} (last used ${onDay(lastUsedAt)})`,
    quietButton('End it', async () => {
      await call('POST', `/v1/sign-ins/${id}/revoke`, {});
      await showSignIns();
    }),
  );
}

async function showDevices() {
  const devices = await call('GET', '/v1/devices');
  byId('devices').replaceChildren(...devices.map(deviceRow));
  if (devices.length === 0) byId('devices').textContent = 'None yet. Start with guise login on the device.';
}

function deviceRow(device) {
  const text = `${device.name} (${device.state}, since ${onDay(device.pairedAt)})`;
  return device.state === 'active' ? row(text, revokeButton(device)) : row(text);
}

function revokeButton(device) {
  return quietButton(`Revoke ${device.name}`, async () => {
    await call('POST', `/v1/devices/${device.id}/revoke`, {});
    say(`${device.name} is revoked.`);
    await showDevices();
  });
}

async function pair(code) {
  const path = `/v1/device-authorizations/${encodeURIComponent(code)}`;
  const offer = await call('GET', `${path}/statement`);
  if (!(await confirmed(offer.statement))) return;
  const assertion = toAnswer(await usePasskey(offer.options));
  await call('POST', `${path}/approval`, { statement: offer.statement, assertion });
  say('The device is paired.');
  await showDevices();
}

function confirmed(statement) {
  byId('text').textContent = statement;
  const dialog = byId('statement');
  dialog.returnValue = '';
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => resolve(dialog.returnValue === 'sign'), { once: true });
  });
}

/** Runs one action and tells how it ended. */
async function attempt(action) {
  try {
    await action();
  } catch (error) {
    const refused = error.name === 'NotAllowedError';
    say(refused ? 'The passkey was not used. Try again when you are ready.' : error.message, 'bad');
  }
}

function onSubmit(id, action) {
  byId(id).addEventListener('submit', (event) => {
    event.preventDefault();
    void attempt(action);
  });
}

if (typeof PublicKeyCredential?.parseRequestOptionsFromJSON !== 'function') {
  say('This browser is too old for passkeys here. Use a current one.', 'bad');
}
const showNoticeAddress = offerNoticeAddress({ call, attempt, say, changed: () => changed() });
onSubmit('sign-in', signIn);
onSubmit('register', () => register(byId('invitation').value.replaceAll(/\s/g, '')));
onSubmit('pair', () => pair(byId('code').value));
onSubmit('add-passkey', () => addPasskey(byId('passkey-name').value.trim()));
onSubmit('leave-for-good', () => leaveForGood(byId('leave-words').value));
byId('create-first-passkey').addEventListener('click', () => void attempt(createFirstPasskey));
byId('sign-out').addEventListener('click', () => void attempt(signOut));
byId('code').value = new URLSearchParams(location.search).get('code') ?? '';
void attempt(resume);
void attempt(() => offerProvider(call, attempt));
