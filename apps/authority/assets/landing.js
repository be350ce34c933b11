/* global document, fetch, location, setTimeout */
const REFRESH_MS = 5000;
const field = (id) => document.getElementById(id);

function show(id, text) {
  field(id).textContent = text;
}

function state(id, state, text) {
  const element = field(id);
  if (element.textContent !== text) element.textContent = text;
  element.dataset.state = state;
}

async function readJson(path) {
  const answer = await fetch(path, { headers: { accept: 'application/json' }, cache: 'no-store' });
  if (!answer.ok) throw new Error(String(answer.status));
  return answer.json();
}

async function refreshService() {
  show('origin', location.host);
  try {
    await readJson('/readyz');
    state('service', 'good', 'Ready');
  } catch {
    state('service', 'bad', 'Not ready');
  }
  show('checked', new Date().toLocaleTimeString());
}

async function refreshLedger() {
  try {
    const ledger = await readJson('/v1/ledger/status');
    const signed =
      ledger.signedAt === null ? 'no checkpoint yet' : new Date(ledger.signedAt * 1000).toLocaleString();
    state('ledger', 'good', `Signed ${signed}`);
    show('size', ledger.size.toLocaleString());
    show('root', ledger.root);
    show('log', ledger.origin);
    show('key', ledger.verifierKey);
  } catch {
    state('ledger', 'bad', 'Cannot be read');
  }
}

async function refresh() {
  if (!document.hidden) await Promise.all([refreshService(), refreshLedger()]);
  setTimeout(refresh, REFRESH_MS);
}
refresh();
