/* global document */

/**
 * Where notices go by mail: named, confirmed by the code that was mailed there, removed.
 * @param call calls the API
 * @param attempt runs one action and tells how it ended
 * @param say shows how an action ended
 * @param changed after what is told in the list of notices
 * @returns shows the present state
 */
export function offerNoticeAddress({ call, attempt, say, changed }) {
  const path = '/v1/me/notice-address';
  const byId = (id) => document.getElementById(id);

  onSubmit('notice-address', async () => {
    const email = byId('notice-email').value.trim();
    const state = await call('POST', path, { email });
    show(state);
    byId('notice-email').value = '';
    if (state.pending === null) return say('That is your address already.');
    byId('notice-code').focus();
    say('A code is on its way to that address. If none comes, look for a typing mistake, then ask again.');
  });
  onSubmit('confirm-address', async () => {
    const { email, ...rest } = await call('POST', `${path}/confirmation`, {
      code: byId('notice-code').value.trim(),
    });
    show({ email, ...rest });
    say(`Notices go to ${email} from now on.`);
    await changed();
  });
  byId('remove-address').addEventListener(
    'click',
    () =>
      void attempt(async () => {
        show(await call('POST', `${path}/remove`, {}));
        say('Notices are on this page only from now on.');
        await changed();
      }),
  );
  return async () => show(await call('GET', path));

  function show({ email, pending, mailIsSent }) {
    byId('notice-address-state').textContent = !mailIsSent
      ? 'This authority sends no mail: notices are on this page only.'
      : email === null
        ? 'Notices about your account are on this page only. Name an address to get them by mail as well.'
        : `Notices about your account go to ${email} as well.`;
    byId('notice-address').hidden = !mailIsSent;
    byId('confirm-address').hidden = pending === null;
    byId('notice-code').value = '';
    byId('pending-address').textContent = pending?.email ?? '';
    byId('remove-address').hidden = email === null && pending === null;
    byId('remove-address').textContent = email === null ? 'Forget that address' : 'Remove the address';
  }

  function onSubmit(id, action) {
    byId(id).addEventListener('submit', (event) => {
      event.preventDefault();
      void attempt(action);
    });
  }
}
