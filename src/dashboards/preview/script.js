// Draws the dashboards whose questions and answers stand in the page. Everything that came from Prometheus is written
// as text, never as markup.
'use strict';
(() => {
  const data = JSON.parse(document.getElementById('data').textContent);
  const vi = data.language === 'vi';
  const locale = vi ? 'vi-VN' : 'en-GB';
  const zone = 'Asia/Ho_Chi_Minh';
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
  const PALETTE = ['#2b7fb8', '#c77700', '#7a5cc0', '#1f8f6f', '#c2477f', '#6b7f1e', '#4b6bdb', '#a0522d'];

  function make(tag, props = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(props)) {
      if (name === 'class') made.className = value;
      else made.setAttribute(name, value);
    }
    made.append(...children);
    return made;
  }
  function svg(tag, props = {}, ...children) {
    const made = document.createElementNS('http://www.w3.org/2000/svg', tag);
    for (const [name, value] of Object.entries(props)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // Figures, as the reader's language writes them.
  const decimals = (value, most) => value.toLocaleString(locale, { maximumFractionDigits: most });
  const SPANS = [[86400, vi ? 'ngày' : 'd'], [3600, vi ? 'giờ' : 'h'], [60, vi ? 'phút' : 'min']];
  function span(value) {
    const [size, word] = SPANS.find(([least]) => Math.abs(value) >= least) ?? [1, 's'];
    return `${decimals(value / size, Math.abs(value / size) < 10 ? 1 : 0)} ${word}`;
  }
  function bytes(value) {
    if (value < 1000) return `${decimals(value, 0)} B`;
    return value < 1e6 ? `${decimals(value / 1e3, 1)} kB` : `${decimals(value / 1e6, 1)} MB`;
  }
  function seconds(value) {
    if (value === 0) return '0 s';
    if (Math.abs(value) < 0.001) return `${decimals(value * 1e6, 0)} µs`;
    return Math.abs(value) < 1 ? `${decimals(value * 1e3, 1)} ms` : `${decimals(value, 2)} s`;
  }
  const moment = (millis, more = {}) => new Date(millis).toLocaleString(locale,
    { timeZone: zone, day: '2-digit', month: '2-digit', hour: '2-digit', minute: '2-digit', hour12: false, ...more });
  // Within a few minutes, two marks of an axis may share their minute.
  const brief = data.boards.every((board) => board.range <= 600) ? { second: '2-digit' } : {};
  const clock = (at) => new Date(at * 1000).toLocaleTimeString(locale, { timeZone: zone, hour: '2-digit', minute: '2-digit', ...brief, hour12: false });
  function shown(value, unit) {
    if (value === null || value === undefined || Number.isNaN(value)) return data.nothing;
    switch (unit) {
      case 'share': return `${decimals(value * 100, Math.abs(value) < 10 ? 2 : 0)}${vi ? ' ' : ''}%`;
      case 'seconds': return seconds(value);
      case 'span': return span(value);
      case 'bytes': return bytes(value);
      case 'moment': return moment(value, { year: 'numeric' });
      case 'code': return String(value);
      default: return decimals(value, 2);
    }
  }
  const known = (value) => value !== null && value !== undefined && Number.isFinite(value);
  function shade(value, scale) {
    if (!scale || !known(value)) return 'plain';
    let found = scale.lowest;
    for (const [from, colour] of scale.steps) if (value >= from) found = colour;
    return found;
  }
  const meant = (value, meaning) => meaning.find(([each]) => each === value) ?? [value, shown(value, 'count'), 'plain'];
  const named = (legend, labels) => legend.replace(/\{\{(\w+)\}\}/g, (_, label) => labels[label] ?? '');
  const single = (panel) => {
    const found = panel.queries[0]?.series?.[0]?.value;
    return found ? Number(found[1]) : null;
  };

  const nothing = (panel) => make('p', { class: 'nothing' }, panel.nothing);

  const draw = {
    number(panel) {
      const value = single(panel);
      if (!known(value)) return null;
      const figure = shown(value, panel.unit);
      return make('p', { class: `figure${figure.length > 8 ? ' small' : ''} ${shade(value, panel.view.scale)}` }, figure);
    },
    word(panel) {
      const value = single(panel);
      if (!known(value)) return null;
      const [, word, colour] = meant(value, panel.view.meaning);
      return make('p', { class: `figure small ${colour}` }, make('span', { class: `badge ${colour}` }, word));
    },
    words(panel) {
      const body = make('div', { class: 'words' });
      for (const paragraph of panel.view.content.split('\n\n')) {
        const line = make('p');
        paragraph.split(/(\*\*[^*]+\*\*|\*[^*]+\*)/).forEach((piece) => {
          if (piece.startsWith('**')) line.append(make('strong', {}, piece.slice(2, -2)));
          else if (piece.startsWith('*')) line.append(make('em', {}, piece.slice(1, -1)));
          else line.append(piece);
        });
        body.append(line);
      }
      return body;
    },
    bars(panel) {
      const series = panel.queries.flatMap((query) => query.series.map((each) => [named(query.legend, each.metric), Number(each.value[1])]));
      if (series.length === 0) return null;
      series.sort((a, b) => a[1] - b[1]);
      const most = panel.unit === 'share' ? 1 : Math.max(...series.map(([, value]) => value));
      const body = make('div', { class: 'bars' });
      for (const [name, value] of series) {
        const colour = shade(value, panel.view.scale);
        const filled = make('span', { class: `fill-${colour}` });
        filled.style.width = `${Math.max(0, Math.min(1, value / most)) * 100}%`;
        body.append(make('span', {}, name), make('span', { class: 'track' }, filled), make('span', { class: `number ${colour}` }, shown(value, panel.unit)));
      }
      return body;
    },
    table(panel) {
      const rows = merged(panel.queries);
      if (rows.length === 0) return null;
      const { columns, sort, falling } = panel.view;
      const key = (row) => (known(row.values[sort]) ? row.values[sort] : falling ? -Infinity : Infinity);
      rows.sort((a, b) => (falling ? key(b) - key(a) : key(a) - key(b)));
      const head = make('tr', {}, ...columns.map((column) => make('th', { scope: 'col' }, column.title)));
      const body = rows.map((row) => make('tr', {}, ...columns.map((column) => cell(row, column))));
      const table = make('table', columns.length > 3 ? { class: 'wide' } : {}, make('thead', {}, head), make('tbody', {}, ...body));
      return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': panel.title }, table);
    },
    timeline(panel, board) {
      const lanes = panel.queries.flatMap((query) => query.series.map((each) => [named(query.legend, each.metric), points(each, board)]));
      if (lanes.length === 0) return null;
      lanes.sort((a, b) => a[0].localeCompare(b[0], locale));
      const body = make('div', { class: 'lanes' });
      const times = grid(board);
      for (const [name, values] of lanes) body.append(make('div', { class: 'name' }, name), lane(name, values, times, board.step, panel.view.meaning));
      const axis = make('div', { class: 'axis' }, ...[0, 0.25, 0.5, 0.75, 1].map((share) => make('span', {}, clock(data.now - board.range * (1 - share)))));
      body.append(make('div', { class: 'corner' }), axis);
      const key = make('ul', { class: 'key' }, ...panel.view.meaning.map(([, word, colour]) => make('li', {}, make('i', { class: `fill-${colour}` }), word)));
      return make('div', {}, body, key);
    },
    heat(panel, board) {
      const buckets = panel.queries[0].series
        .map((each) => [each.metric.le === '+Inf' ? Infinity : Number(each.metric.le), points(each, board)])
        .sort((a, b) => a[0] - b[0]);
      if (buckets.length === 0) return null;
      const body = make('div', { class: 'chart' });
      later.push(() => new ResizeObserver(() => body.replaceChildren(heatmap(buckets, grid(board), panel, body.clientWidth))).observe(body));
      // Also where nobody lays the page out.
      body.append(heatmap(buckets, grid(board), panel, 600));
      return body;
    },
    lines(panel, board) {
      const series = panel.queries.flatMap((query) => query.series.map((each) => ({ name: named(query.legend, each.metric), values: points(each, board), colour: query.colour })));
      if (!series.some(({ values }) => values.some(known))) return null;
      const body = make('div', { class: 'chart' });
      // The width is known only once the panel stands in the page.
      later.push(() => chart(body, panel, board, series));
      return body;
    },
  };
  const later = [];

  function grid(board) {
    const times = [];
    for (let at = data.now - board.range; at <= data.now; at += board.step) times.push(at);
    return times;
  }
  function points(series, board) {
    const found = new Map(series.values.map(([at, value]) => [Math.round(at), Number(value)]));
    return grid(board).map((at) => { const value = found.get(at); return known(value) ? value : null; });
  }

  // Rows of several questions that agree in the labels that all of them have are one row.
  function merged(queries) {
    const answered = queries.filter((query) => query.series.length > 0);
    const common = answered.map((query) => Object.keys(query.series[0].metric)).reduce((all, labels) => all.filter((label) => labels.includes(label)), Object.keys(answered[0]?.series[0].metric ?? {}));
    const rows = new Map();
    queries.forEach((query, index) => {
      for (const series of query.series) {
        const key = JSON.stringify(common.map((label) => series.metric[label]));
        const row = rows.get(key) ?? { labels: {}, values: [] };
        Object.assign(row.labels, series.metric);
        row.values[index] = Number(series.value[1]);
        rows.set(key, row);
      }
    });
    return [...rows.values()];
  }
  function cell(row, column) {
    if (column.label !== null) {
      const text = row.labels[column.label] ?? '';
      if (column.runs && text) return make('td', {}, make('a', { href: `${data.monitor}/?q=${encodeURIComponent(text)}` }, text));
      return make('td', {}, column.label === 'reason' ? data.reasons[text] ?? text : text);
    }
    const value = row.values[column.value];
    if (!known(value)) return make('td', { class: 'value' }, data.nothing);
    if (column.meaning) {
      const [, word, colour] = meant(value, column.meaning);
      return make('td', { class: 'value' }, make('span', { class: `badge ${colour}` }, word));
    }
    return make('td', { class: 'value' }, make('span', { class: shade(value, column.scale) }, shown(value, column.unit)));
  }

  function lane(name, values, times, step, meaning) {
    const bar = svg('svg', { viewBox: `0 0 ${times.length} 10`, preserveAspectRatio: 'none', role: 'img' });
    const told = [];
    for (let from = 0; from < values.length;) {
      let to = from + 1;
      while (to < values.length && values[to] === values[from]) to += 1;
      if (values[from] !== null) {
        const [, word, colour] = meant(values[from], meaning);
        const words = `${word}: ${clock(times[from])}–${clock(times[to - 1] + step)}`;
        told.push(words);
        bar.append(svg('rect', { x: from, y: 0, width: to - from, height: 10, class: `fill-${colour}` }, svg('title', {}, words)));
      }
      from = to;
    }
    bar.setAttribute('aria-label', `${name}. ${told.slice(-6).join('; ')}`);
    return bar;
  }

  function heatmap(buckets, times, panel, width) {
    const columns = Math.min(80, times.length);
    const per = times.length / columns;
    const sum = buckets.map(([, values]) => {
      const made = new Array(columns).fill(0);
      values.forEach((value, index) => { made[Math.min(columns - 1, Math.floor(index / per))] += value ?? 0; });
      return made;
    });
    const cells = sum.map((row, index) => row.map((value, at) => Math.max(0, value - (index > 0 ? sum[index - 1][at] : 0))));
    const most = Math.max(...cells.flat(), 1e-9);
    const [left, bottom, height] = [58, 18, 208];
    const w = (width - left) / columns;
    const h = (height - bottom) / buckets.length;
    const drawn = svg('svg', { class: 'heat', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': panel.title });
    cells.forEach((row, index) => {
      const y = height - bottom - (index + 1) * h;
      const bound = buckets[index][0] === Infinity ? `> ${seconds(buckets[index - 1]?.[0] ?? 0)}` : `≤ ${seconds(buckets[index][0])}`;
      drawn.append(svg('text', { x: left - 6, y: y + h / 2 + 4, 'text-anchor': 'end' }, bound));
      row.forEach((value, at) => {
        if (value < 0.01) return;
        const rect = svg('rect', { x: left + at * w, y: y + 0.5, width: Math.max(0.5, w - 0.5), height: h - 1, fill: css('plain-fill'), 'fill-opacity': 0.15 + 0.85 * Math.sqrt(value / most) });
        rect.append(svg('title', {}, `${clock(times[Math.floor(at * per)])}: ${decimals(value, 1)} ${bound}`));
        drawn.append(rect);
      });
    });
    for (const share of [0, 0.5, 1]) {
      const anchor = share === 0 ? 'start' : share === 1 ? 'end' : 'middle';
      drawn.append(svg('text', { x: left + share * (width - left), y: height - 4, 'text-anchor': anchor }, clock(times[Math.round(share * (times.length - 1))])));
    }
    return drawn;
  }

  function chart(body, panel, board, series) {
    const times = grid(board);
    const stacked = panel.view.stacked;
    const sums = times.map(() => 0);
    const heights = series.map(({ values }) => values.map((value, at) => {
      if (!stacked || value === null) return value;
      sums[at] += value;
      return sums[at];
    }));
    const colour = (each, index) => (each.colour ? css(`${each.colour}-fill`) : PALETTE[index % PALETTE.length]);
    // What lies on top is drawn first, so that what lies below stays visible.
    const order = series.map((_, index) => index);
    if (stacked) order.reverse();
    const axis = { stroke: css('quiet'), grid: { stroke: css('grid'), width: 1 }, ticks: { show: false }, font: '12px system-ui, sans-serif' };
    const limits = panel.view.limits?.steps ?? [];
    const options = {
      // Half a time of day stands out at the right of the last mark.
      padding: [null, 30, null, null],
      width: body.clientWidth, height: Math.max(150, panel.height * 30 - 52),
      cursor: { sync: { key: board.id }, points: { size: 6 } },
      scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(0, low), high > 0 ? high * 1.08 : 1] } },
      axes: [
        { ...axis, size: 26, space: 80, values: (_, splits) => splits.map(clock) },
        { ...axis, size: 62, values: (_, splits) => splits.map((split) => shown(split, panel.unit)) },
      ],
      series: [{ label: vi ? 'lúc' : 'at', value: (_, at) => (at === null ? '' : clock(at)) }, ...order.map((index) => ({
        label: series[index].name, stroke: colour(series[index], index), width: 1.5, spanGaps: false, points: { show: false },
        fill: stacked ? `${colour(series[index], index)}${stacked ? 'cc' : ''}` : undefined,
        value: (_, __, ___, at) => (at === null ? latest(series[index].values, panel.unit) : shown(series[index].values[at], panel.unit)),
      }))],
      legend: { live: true, markers: { fill: (_, at) => (at === 0 ? null : colour(series[order[at - 1]], order[at - 1])) } },
      hooks: { draw: [(plot) => limitLines(plot, limits)], ready: [(plot) => exemplars(plot, panel)] },
    };
    const plot = new uPlot(options, [times, ...order.map((index) => heights[index])], body);
    new ResizeObserver(() => plot.setSize({ width: body.clientWidth, height: options.height })).observe(body);
  }
  function latest(values, unit) {
    // A scrape may lag behind the last point, not by more than a few.
    const found = values.slice(-4).findLast(known);
    return found === undefined ? data.nothing : shown(found, unit);
  }
  function limitLines(plot, limits) {
    const { left, width } = plot.bbox;
    for (const [from, colour] of limits) {
      if (from <= plot.scales.y.min || from > plot.scales.y.max) continue;
      const y = Math.round(plot.valToPos(from, 'y', true));
      plot.ctx.save();
      plot.ctx.strokeStyle = css(`${colour}-fill`);
      plot.ctx.setLineDash([6, 4]);
      plot.ctx.beginPath();
      plot.ctx.moveTo(left, y);
      plot.ctx.lineTo(left + width, y);
      plot.ctx.stroke();
      plot.ctx.restore();
    }
  }
  // Single runs as dots that open the page of the run; the slowest ones where there are too many.
  function exemplars(plot, panel) {
    const found = new Map();
    for (const query of panel.queries) {
      for (const series of Array.isArray(query.exemplars) ? query.exemplars : []) {
        for (const each of series.exemplars) found.set(each.labels.run_id, each);
      }
    }
    const all = [...found.values()].sort((a, b) => b.value - a.value).slice(0, 12);
    for (const { labels, timestamp, value } of all) {
      const [x, y] = [plot.valToPos(timestamp, 'x'), plot.valToPos(Number(value), 'y')];
      if (!(x >= 0 && x <= plot.over.clientWidth && y >= 0 && y <= plot.over.clientHeight)) continue;
      const words = `${vi ? 'lần đo' : 'run'} ${labels.run_id}: ${seconds(Number(value))}, ${clock(timestamp)}`;
      const dot = make('a', { class: 'dot', href: `${data.monitor}/runs/${labels.run_id}`, title: words, 'aria-label': words });
      dot.style.left = `${x}px`;
      dot.style.top = `${y}px`;
      plot.over.append(dot);
    }
  }

  function show(panel, board) {
    const kind = panel.view.kind;
    const error = panel.queries.map((query) => query.error).find((each) => each !== null);
    const body = error === undefined ? draw[kind](panel, board) : make('p', { class: 'error' }, error);
    const drawn = error !== undefined ? 'error' : body === null ? 'nothing' : 'yes';
    const small = kind === 'number' || kind === 'word';
    const about = make('details', {}, make('summary', {}, make('h3', {}, panel.title)), make('p', {}, panel.purpose));
    const box = make('div', { class: `panel${small ? ' number' : ''}`, 'data-drawn': drawn, 'data-kind': kind, 'data-title': panel.title }, about, body ?? nothing(panel));
    box.style.gridColumn = `span ${panel.width}`;
    return box;
  }
  function showBoard(board) {
    const end = moment(data.now * 1000, { year: 'numeric' });
    const when = vi ? `${span(board.range)} đến ${end} (giờ Việt Nam)` : `${span(board.range)} up to ${end} (Viet Nam time)`;
    const about = [when, ...board.chosen].join(' · ');
    const made = make('article', { id: board.id }, make('h1', {}, board.title), make('p', { class: 'lead' }, board.purpose), make('p', { class: 'when' }, about));
    for (const row of board.rows) {
      made.append(make('h2', {}, row.title), make('div', { class: 'grid' }, ...row.panels.map((panel) => show(panel, board))));
    }
    return made;
  }

  const open = data.boards.length === 1 ? `${data.boards[0].id}.html` : '';
  const links = data.others.map(([address, title]) => make('a', { href: address, ...(address === open ? { 'aria-current': 'page' } : {}) }, title));
  document.getElementById('head').append(make('strong', {}, 'emc'), make('nav', { 'aria-label': vi ? 'Các bảng theo dõi' : 'Dashboards' }, ...links));
  document.getElementById('boards').append(...data.boards.map(showBoard));
  later.forEach((each) => each());
})();
