'use strict';
/* The page behind an enrolment link. The token stands behind the #, which browsers send to nobody. */
(() => {
  const button = document.getElementById('enrol');
  const answer = document.getElementById('answer');
  const token = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);

  const say = (text, kind = 'status') => {
    answer.textContent = text;
    answer.dataset.kind = kind;
  };

  const post = async (path, body) => {
    const response = await fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const result = await response.json();
    if (!response.ok) throw new Error(result.detail ?? result.title);
    return result;
  };

  button.addEventListener('click', async () => {
    button.disabled = true;
    say('Follow your device…');
    try {
      const optionsJSON = await post('/enrolments/options', { token });
      const made = await SimpleWebAuthnBrowser.startRegistration({ optionsJSON });
      const { id, rawId, type, authenticatorAttachment } = made;
      const { clientDataJSON, attestationObject } = made.response;
      const response = { id, rawId, type, response: { clientDataJSON, attestationObject } };
      if (authenticatorAttachment) response.authenticatorAttachment = authenticatorAttachment;
      const { person } = await post('/enrolments', { token, response });
      say(`Done. You are ${person}. You may close this page.`);
    } catch (error) {
      say(error.message, 'error');
      button.disabled = false;
    }
  });

  if (!/^[\w-]{43}$/.test(token)) {
    button.disabled = true;
    say('This is no whole enrolment link: open it exactly as you were given it.', 'error');
  }
})();
