/* global addEventListener, atob, Blob, document, fetch, FormData, location, navigator */

/** The pictures to take, in order; both stay in this page. */
const STEPS = [
  {
    role: 'picture',
    file: 'me.jpg',
    title: '1. Your face at rest',
    what: 'Look straight into the camera, mouth closed, light from the front. This is what others see of your avatar.',
  },
  {
    role: 'mouth-open',
    file: 'me-mouth-open.jpg',
    title: '2. With your mouth open',
    what: 'Hold your head as before and open the mouth so that your teeth show. Without this picture they are drawn.',
  },
];
const ATTRIBUTES = {
  glasses:
    'You wear glasses. A portrait shows them; an overlay of this picture will be refused: take them off for one.',
  beard:
    'You have a beard. A portrait shows it; an overlay of this picture will be refused, since others would wear it.',
};
const CAMERA = { video: { width: { ideal: 1920 }, height: { ideal: 1080 }, facingMode: 'user' } };
const JPEG_QUALITY = 0.95;

const byId = (id) => document.getElementById(id);
let csrfToken = '';
let stream = null;
/** Accepted pictures, and the one that was just taken. */
let taken = [];
let current = null;

function say(text, state = 'good') {
  byId('message').textContent = text;
  byId('message').dataset.state = state;
}

function show(...ids) {
  for (const id of ['camera', 'still', 'open', 'take', 'use', 'again', 'skip'])
    byId(id).hidden = !ids.includes(id);
}

async function enter() {
  const answer = await fetch('/v1/sign-ins/current', { headers: { accept: 'application/json' } });
  byId('signed-out').hidden = answer.ok;
  byId('studio').hidden = !answer.ok;
  if (!answer.ok) return;
  ({ csrfToken } = await answer.json());
  startStep();
}

function startStep() {
  const { title, what } = STEPS[taken.length];
  byId('step').textContent = title;
  byId('what').textContent = what;
  byId('findings').replaceChildren();
  current = null;
  if (stream === null) show('open');
  else showCamera();
}

function showCamera() {
  show('camera', 'take', ...(taken.length > 0 ? ['skip'] : []));
}

async function openCamera() {
  try {
    stream = await navigator.mediaDevices.getUserMedia(CAMERA);
  } catch {
    throw new Error('The camera cannot be opened. Allow it for this page, and close what else uses it.');
  }
  byId('camera').srcObject = stream;
  await byId('camera').play();
  showCamera();
  say('The camera is open.');
}

function closeCamera() {
  for (const track of stream?.getTracks() ?? []) track.stop();
  stream = null;
  byId('camera').srcObject = null;
}

async function take() {
  const camera = byId('camera');
  const canvas = document.createElement('canvas');
  [canvas.width, canvas.height] = [camera.videoWidth, camera.videoHeight];
  canvas.getContext('2d').drawImage(camera, 0, 0);
  const url = canvas.toDataURL('image/jpeg', JPEG_QUALITY);
  byId('still').src = url;
  show('still');
  say('Looking at the picture…');
  try {
    const judgement = await judge(url);
    current = { url, shot: judgement.shot };
    tell(judgement);
    show('still', ...(judgement.accepted ? ['use'] : []), 'again');
  } catch (error) {
    show('still', 'again');
    throw error;
  }
}

async function judge(url) {
  const { role } = STEPS[taken.length];
  const meta = role === 'picture' ? { role } : { role, first: taken[0].shot };
  const bytes = Uint8Array.from(atob(url.split(',')[1]), (letter) => letter.charCodeAt(0));
  const form = new FormData();
  form.append('meta', JSON.stringify(meta));
  form.append('file', new Blob([bytes], { type: 'image/jpeg' }), 'picture.jpg');
  const headers = { accept: 'application/json', 'x-csrf-token': csrfToken };
  const answer = await fetch('/v1/portrait-judgements', { method: 'POST', headers, body: form });
  const body = await answer.json();
  if (!answer.ok) throw new Error(`${body.title}. ${body.detail ?? ''}`);
  return body;
}

function tell({ accepted, reasons, attributes }) {
  const lines = [...reasons.map(({ message }) => message), ...attributes.map((name) => ATTRIBUTES[name])];
  byId('findings').replaceChildren(...(lines.length > 0 ? lines : ['Nothing speaks against it.']).map(line));
  if (accepted) say(attributes.length > 0 ? 'It does, with a word of warning.' : 'This picture does.');
  else say('It does not do yet: see why, and take it again.', 'bad');
}

function line(text) {
  const item = document.createElement('li');
  item.textContent = text;
  return item;
}

function use() {
  taken.push(current);
  if (taken.length === STEPS.length) return finish();
  startStep();
  say('The first picture is kept here. Now the second, if you like.');
}

function finish() {
  closeCamera();
  byId('studio').hidden = true;
  byId('done').hidden = false;
  byId('pictures').replaceChildren(...taken.map(savedPicture));
  const mouthOpen = taken.length > 1 ? ` --mouth-open ${STEPS[1].file}` : '';
  byId('command').textContent =
    `guise avatar build --picture ${STEPS[0].file}${mouthOpen} --name "Me" \\\n` +
    `  --provenance "taken at ${location.host}" --licence "own picture" -o me.guise\n` +
    'guise avatar draft me.guise';
  say('Save the pictures: this page forgets them when you leave.');
}

function savedPicture({ url }, index) {
  const { file } = STEPS[index];
  const [item, picture, link] = ['li', 'img', 'a'].map((tag) => document.createElement(tag));
  Object.assign(picture, { src: url, alt: file, className: 'thumbnail' });
  Object.assign(link, { href: url, download: file, textContent: `Save ${file}` });
  item.append(picture, link);
  return item;
}

function restart() {
  taken = [];
  byId('done').hidden = true;
  byId('studio').hidden = false;
  startStep();
}

/** One at a time: what failed is said, with what to do. */
function on(id, action) {
  byId(id).addEventListener('click', async () => {
    byId(id).disabled = true;
    try {
      await action();
    } catch (error) {
      say(error.message, 'bad');
    } finally {
      byId(id).disabled = false;
    }
  });
}

on('open', openCamera);
on('take', take);
on('use', use);
on('again', () => {
  byId('findings').replaceChildren();
  showCamera();
});
on('skip', finish);
on('restart', restart);
addEventListener('pagehide', closeCamera);
await enter();
