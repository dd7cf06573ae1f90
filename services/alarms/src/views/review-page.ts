import type { Counted, Durations, ReviewFigures } from '../domain/review.js';

export interface ReviewPage {
  readonly site: string;
  readonly from: string;
  readonly to: string;
  readonly figures: ReviewFigures;
  readonly undelivered: number;
}

const BAR = { height: 20, gap: 6, label: 250, width: 380, count: 60 } as const;

/** The periodic review as one page without anything from elsewhere; the same figures give the same bytes. */
export function reviewPage({ site, from, to, figures, undelivered }: ReviewPage): string {
  const { byPriority, acknowledged, resolved } = figures;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>${escape(`Alarm review ${site}`)}</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:46rem;padding:0 1rem;color:#1a2733;background:#fff}
h1{font-size:1.5rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse}td,th{text-align:left;padding:.15rem 1.5rem .15rem 0}td{font-variant-numeric:tabular-nums}
svg{max-width:100%;height:auto}text{font:13px system-ui,sans-serif;fill:#1a2733}rect{fill:#3b6ea5}
</style>
</head>
<body>
<h1>Alarm review, site ${escape(site)}</h1>
<p>Episodes raised from ${escape(from)} to ${escape(to)}.</p>
<table>
${row('Episodes', `${figures.episodes} (${byPriority.high} high, ${byPriority.medium} medium, ${byPriority.low} low)`)}
${row('Still open', String(figures.open))}
${row('Escalated', String(figures.escalated))}
${row('Ended before anybody acknowledged', String(figures.endedUnseen))}
${row('Raised to acknowledged', spread(acknowledged))}
${row('Raised to resolved', spread(resolved))}
${row('High notifications without any receipt', String(undelivered))}
</table>
${chart('Episodes by condition', figures.byCondition)}
${chart('Time to acknowledge', acknowledged.histogram)}
${chart('Time to resolve', resolved.histogram)}
${chart('Pumps with most alarms', figures.bySource)}
</body>
</html>
`;
}

function row(name: string, value: string): string {
  return `<tr><th scope="row">${escape(name)}</th><td>${escape(value)}</td></tr>`;
}

function spread({ count, medianMs, p90Ms }: Durations): string {
  if (medianMs === undefined || p90Ms === undefined) return 'none';
  return `${count}, median ${seconds(medianMs)}, 90 % within ${seconds(p90Ms)}`;
}

function seconds(ms: number): string {
  return ms < 120_000 ? `${(ms / 1_000).toFixed(1)} s` : `${(ms / 60_000).toFixed(1)} min`;
}

/** Horizontal bars; a table for whoever cannot see them is in the text of the picture. */
function chart(title: string, bars: readonly Counted[]): string {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  const height = bars.length * (BAR.height + BAR.gap) + BAR.gap;
  const width = BAR.label + BAR.width + BAR.count;
  const drawn = bars.map(({ name, count }, index) => {
    const y = BAR.gap + index * (BAR.height + BAR.gap);
    const long = (count / most) * BAR.width;
    const middle = y + BAR.height / 2 + 4;
    return [
      `<text x="${BAR.label - 8}" y="${middle}" text-anchor="end">${escape(name)}</text>`,
      `<rect x="${BAR.label}" y="${y}" width="${long.toFixed(1)}" height="${BAR.height}"/>`,
      `<text x="${(BAR.label + long + 6).toFixed(1)}" y="${middle}">${count}</text>`,
    ].join('');
  });
  const said = bars.map(({ name, count }) => `${name}: ${count}`).join('; ');
  const picture = `<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(said)}">${drawn.join('')}</svg>`;
  return `<h2>${escape(title)}</h2>\n${bars.length === 0 ? '<p>None.</p>' : picture}`;
}

/** Conditions and serials come from outside. */
export function escape(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}
