/* global document, fetch, location, navigator, PublicKeyCredential, URLSearchParams */

/** Bearer of the sign-in: lives in this page only. */
let token = null;
const byId = (id) => document.getElementById(id);

function say(text, state = 'good') {
  byId('message').textContent = text;
  byId('message').dataset.state = state;
}

/** Calls the API; a refusal is thrown with the advice the server gives. */
async function call(method, path, json) {
  const headers = { accept: 'application/json' };
  if (token !== null) headers.authorization = `Bearer ${token}`;
  if (json !== undefined) headers['content-type'] = 'application/json';
  const answer = await fetch(path, {
    method,
    headers,
    body: json === undefined ? undefined : JSON.stringify(json),
  });
  const text = await answer.text();
  const body = text === '' ? null : JSON.parse(text);
  if (!answer.ok) throw new Error(`${body.title}. ${body.detail ?? ''}`);
  return body;
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
  await enter(await call('POST', '/v1/passkeys/registration', { ceremony, response }));
}

async function signIn() {
  const { ceremony, options } = await call('POST', '/v1/passkeys/authentication/options', {});
  const response = toAnswer(await usePasskey(options));
  await enter(await call('POST', '/v1/passkeys/authentication', { ceremony, response }));
}

async function enter(signedIn) {
  token = signedIn.token;
  const me = await call('GET', '/v1/me');
  byId('name').textContent = me.displayName;
  byId('roles').textContent = me.roles.join(', ');
  byId('face').textContent = me.sourceFace === null ? 'not registered' : me.sourceFace.state;
  byId('signed-out').hidden = true;
  byId('signed-in').hidden = false;
  say(`Signed in as ${me.displayName}.`);
  await showDevices();
}

async function signOut() {
  await call('POST', '/v1/sign-out', {});
  token = null;
  byId('signed-out').hidden = false;
  byId('signed-in').hidden = true;
  say('Signed out.');
}

async function showDevices() {
  const devices = await call('GET', '/v1/devices');
  byId('devices').replaceChildren(...devices.map(deviceRow));
  if (devices.length === 0) byId('devices').textContent = 'None yet. Start with guise login on the device.';
}

function deviceRow(device) {
  const row = document.createElement('li');
  const name = document.createElement('span');
  const since = new Date(device.pairedAt * 1000).toLocaleDateString();
  name.textContent = `${device.name} (${device.state}, since ${since})`;
  row.append(name);
  if (device.state === 'active') row.append(revokeButton(device));
  return row;
}

function revokeButton(device) {
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'quiet';
  button.textContent = `Revoke ${device.name}`;
  button.addEventListener('click', () =>
    attempt(async () => {
      await call('POST', `/v1/devices/${device.id}/revoke`, {});
      say(`${device.name} is revoked.`);
      await showDevices();
    }),
  );
  return button;
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
onSubmit('sign-in', signIn);
onSubmit('register', () => register(byId('invitation').value.trim()));
onSubmit('pair', () => pair(byId('code').value));
byId('sign-out').addEventListener('click', () => void attempt(signOut));
byId('code').value = new URLSearchParams(location.search).get('code') ?? '';
