// The page's only script: the filter, and one test's details, unpacked when it is opened.
'use strict';
(() => {
  const $ = (selector, from = document) => from.querySelector(selector);
  const all = (selector, from = document) => [...from.querySelectorAll(selector)];
  const chunks = all('script.chunk');
  const meanings = JSON.parse($('#meanings').textContent);
  const sheet = $('#sheet'), detail = $('#detail');
  const q = $('#q'), rig = $('#rig'), tag = $('#tag'), shown = $('#shown'), none = $('#none');
  const chips = all('.chips button');

  // Rows with all that a filter asks for, read once.
  const scenarios = all('.scenario').map((box) => ({
    box, wasOpen: box.open, tags: box.dataset.g.split(' '),
    text: $('summary', box).textContent.toLowerCase(),
    rows: all('li > a', box).map((link) => ({
      link, item: link.parentElement, verdicts: link.dataset.v.split(' '), rig: link.dataset.r,
      text: link.textContent.toLowerCase(), key: link.getAttribute('href').slice('#test='.length),
    })),
  }));
  const byKey = new Map();
  for (const scenario of scenarios) {
    for (const row of scenario.rows) {
      row.scenario = scenario;
      byKey.set(row.key, row);
      for (const part of (row.link.dataset.e || '').split(';')) {
        if (part) byKey.set(part.split(' ')[0], row);
      }
    }
  }

  // What is asked for is in the address, so that a link shows the same.
  const asked = () => new URLSearchParams(location.hash.slice(1));
  const ask = (change) => {
    const wanted = asked();
    change(wanted);
    for (const [name, value] of [...wanted]) if (!value) wanted.delete(name);
    const hash = wanted.toString();
    history.replaceState(null, '', hash ? '#' + hash : location.pathname + location.search);
    show();
  };

  let last = null;
  function filter(wanted) {
    const now = ['q', 'v', 'rig', 'tag'].map((name) => wanted.get(name) || '').join('\n');
    if (now === last) return;
    last = now;
    const words = (wanted.get('q') || '').toLowerCase().split(/\s+/).filter(Boolean);
    const verdicts = (wanted.get('v') || '').split(' ').filter(Boolean);
    const isFiltered = now.trim() !== '';
    let count = 0;
    for (const scenario of scenarios) {
      let own = 0;
      const tagged = !wanted.get('tag') || scenario.tags.includes(wanted.get('tag'));
      for (const row of scenario.rows) {
        const fits = tagged
          && (!verdicts.length || verdicts.some((verdict) => row.verdicts.includes(verdict)))
          && (!wanted.get('rig') || wanted.get('rig') === row.rig)
          && words.every((word) => row.text.includes(word) || scenario.text.includes(word));
        row.item.hidden = !fits;
        row.fits = fits;
        own += fits;
      }
      scenario.box.hidden = own === 0 && isFiltered;
      scenario.box.open = isFiltered ? own > 0 : scenario.wasOpen;
      count += own;
    }
    none.hidden = count > 0 || !isFiltered;
    const total = byTotal();
    shown.textContent = isFiltered ? `${count} of ${total} tests` : `${total} tests`;
    if (document.activeElement !== q) q.value = wanted.get('q') || '';
    if (rig) rig.value = wanted.get('rig') || '';
    if (tag) tag.value = wanted.get('tag') || '';
    for (const chip of chips) {
      chip.setAttribute('aria-pressed', String(verdicts.includes(chip.dataset.verdict)));
    }
  }
  let rowCount = null;
  const byTotal = () => rowCount ??= scenarios.reduce((sum, one) => sum + one.rows.length, 0);
  const fitting = () => scenarios.flatMap((scenario) => scenario.rows.filter((row) => row.fits));

  // One test.
  let open = null;
  const unpacked = new Map();
  async function unpack(number) {
    if (!unpacked.has(number)) {
      const packed = Uint8Array.from(atob(chunks[number].textContent), (c) => c.charCodeAt(0));
      const stream = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate-raw'));
      if (unpacked.size > 8) unpacked.clear();
      unpacked.set(number, new Response(stream).arrayBuffer());
    }
    return unpacked.get(number);
  }
  async function show() {
    const wanted = asked();
    filter(wanted);
    const key = wanted.get('test');
    const row = key && byKey.get(key);
    if (!row) return close();
    if (open === key) return;
    open = key;
    const spots = (row.link.dataset.e || '').split(';').filter(Boolean).map((part) => part.split(' '));
    spots.push([row.key, ...(row.link.dataset.d || '').split(' ')]);
    const [, chunk, start, bytes] = spots.find((spot) => spot[0] === key);
    let text = '<p class="cut">The lines of this test are in the journal: '
      + 'this page has room for those of the tests that did not pass.</p>';
    if (bytes) {
      const whole = await unpack(Number(chunk));
      text = new TextDecoder().decode(new Uint8Array(whole, Number(start), Number(bytes)));
    }
    if (open !== key) return;
    // Written by the same templates as the page, which let nothing act that a device said.
    detail.innerHTML = text;
    const label = $('span', row.link).firstChild.textContent;
    const scenario = $('summary b', row.scenario.box).textContent;
    const verdict = $('.v', row.link).cloneNode(true);
    $('#sheet-title').replaceChildren(verdict, ' ',
      label.startsWith(scenario) ? label : `${scenario} [${label}]`);
    $('#sheet-about').textContent = $('summary span', row.scenario.box).textContent;
    $('#inner').hidden = !$('.fall.long', detail);
    $('#echoes').hidden = !$('.talk .echo', detail);
    attempts(spots, key);
    for (const one of all('.now')) one.classList.remove('now');
    row.link.classList.add('now');
    document.body.classList.add('reading');
    if (!sheet.open) sheet.showModal();
    sheet.scrollTop = 0;
    detail.focus({ preventScroll: true });
  }
  function attempts(spots, key) {
    const bar = $('#attempts');
    bar.hidden = spots.length < 2;
    bar.replaceChildren(...spots.map((spot, index) => {
      const button = document.createElement('button');
      button.type = 'button';
      button.textContent = `attempt ${index + 1}`;
      button.setAttribute('aria-pressed', String(spot[0] === key));
      button.onclick = () => go(spot[0]);
      return button;
    }));
  }
  const go = (key) => ask((wanted) => key ? wanted.set('test', key) : wanted.delete('test'));
  function close() {
    const row = open && byKey.get(open);
    open = null;
    document.body.classList.remove('reading');
    if (sheet.open) sheet.close();
    if (row) row.link.focus();
  }
  function step(by) {
    const rows = fitting();
    const focused = document.activeElement?.closest?.('.scenario li > a');
    const here = rows.findIndex((row) => open ? row === byKey.get(open) : row.link === focused);
    const next = rows[here < 0 ? (by > 0 ? 0 : rows.length - 1) : here + by];
    if (!next) return;
    next.scenario.box.open = true;
    if (open) return go(next.key);
    next.link.focus();
    next.link.scrollIntoView({ block: 'nearest' });
  }

  // What a line means in full, below it.
  function explain(button) {
    const row = button.closest('tr');
    const below = row.nextElementSibling;
    if (below?.classList.contains('more')) return below.remove();
    const meaning = meanings[button.dataset.m];
    const cell = document.createElement('td');
    cell.colSpan = 4;
    const says = [meaning.means, meaning.next && `What a host does next: ${meaning.next}.`, meaning.see];
    for (const text of says.filter(Boolean)) {
      cell.append(Object.assign(document.createElement('p'), { textContent: text }));
    }
    const more = document.createElement('tr');
    more.className = 'more';
    more.append(cell);
    row.after(more);
  }

  document.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-m]');
    if (button) return explain(button);
    const link = event.target.closest('a[href^="#"]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const target = link.getAttribute('href');
    if (target.startsWith('#test=')) {
      event.preventDefault();
      go(target.slice('#test='.length));
    } else if (target.startsWith('#step-')) {
      event.preventDefault();
      const place = document.getElementById(target.slice(1));
      for (const one of all('.talk .now')) one.classList.remove('now');
      place?.classList.add('now');
      place?.scrollIntoView({ block: 'center' });
    }
  });
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const isTyping = event.target.matches('input, select');
    if (event.key === 'Escape' && event.target === q) return q.blur();
    if (isTyping) return;
    if (event.key === '/' && !sheet.open) {
      event.preventDefault();
      q.focus();
      q.select();
    } else if (event.key === 'j') {
      step(1);
    } else if (event.key === 'k') {
      step(-1);
    }
  });
  sheet.addEventListener('cancel', (event) => { event.preventDefault(); go(null); });
  sheet.addEventListener('click', (event) => { if (event.target === sheet) go(null); });
  $('#shut').onclick = () => go(null);
  $('#before').onclick = () => step(-1);
  $('#after').onclick = () => step(1);
  for (const what of ['echoes', 'inner']) {
    $('#' + what).onclick = (event) => {
      const on = sheet.classList.toggle(what);
      event.target.setAttribute('aria-pressed', String(on));
    };
  }
  $('.bar').addEventListener('submit', (event) => event.preventDefault());
  let typing = 0;
  q.addEventListener('input', () => {
    clearTimeout(typing);
    typing = setTimeout(() => ask((wanted) => wanted.set('q', q.value)), 80);
  });
  for (const choice of [rig, tag]) {
    choice?.addEventListener('change', () => ask((wanted) => wanted.set(choice.id, choice.value)));
  }
  for (const chip of chips) {
    chip.addEventListener('click', () => ask((wanted) => {
      const verdicts = new Set((wanted.get('v') || '').split(' ').filter(Boolean));
      if (!verdicts.delete(chip.dataset.verdict)) verdicts.add(chip.dataset.verdict);
      wanted.set('v', [...verdicts].join(' '));
    }));
  }
  // On paper nothing can be opened: what went wrong is drawn there, as far as it stays readable.
  const causes = all('.cause');
  let closed = [];
  addEventListener('beforeprint', () => {
    closed = causes.length > 40 ? [] : causes.filter((cause) => !cause.open);
    for (const cause of closed) cause.open = true;
  });
  addEventListener('afterprint', () => { for (const cause of closed) cause.open = false; });
  addEventListener('hashchange', show);
  show();
})();
