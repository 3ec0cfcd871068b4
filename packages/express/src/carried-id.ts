// Carrying a sub-session's id: in links, forms and redirects of this site, never to another.

/** `url` with the parameter, unless it has one already or leads to another site. */
export function urlWithId(url: string, parameter: string, id: string, ownHost: string | undefined): string {
  if (!leadsHere(url, ownHost)) return url;
  const hash = url.indexOf('#');
  const [path, fragment] = hash < 0 ? [url, ''] : [url.slice(0, hash), url.slice(hash)];
  const query = path.indexOf('?');
  if (query >= 0 && new URLSearchParams(path.slice(query + 1)).has(parameter)) return url;
  const join = query < 0 ? '?' : /[?&]$/.test(path) ? '' : '&';
  return `${path}${join}${encodeURIComponent(parameter)}=${encodeURIComponent(id)}${fragment}`;
}

/** Relative, or with this site's own host. Browsers read a backslash as a slash and skip spaces and tabs in front. */
function leadsHere(url: string, ownHost: string | undefined): boolean {
  const seen = url
    .replace(/[\t\n\r]/g, '')
    .trimStart()
    .replaceAll('\\', '/');
  const absolute = /^(?:([A-Za-z][A-Za-z0-9+.-]*):)?\/\/([^/?#]*)/.exec(seen);
  if (absolute === null) return !/^[A-Za-z][A-Za-z0-9+.-]*:/.test(seen);
  const [, scheme, host] = absolute;
  const isWeb = scheme === undefined || /^https?$/i.test(scheme);
  return isWeb && ownHost !== undefined && host?.toLowerCase() === ownHost.toLowerCase();
}

/** A hidden field for a form. */
export function hiddenField(parameter: string, id: string): string {
  return `<input type="hidden" name="${escapeHtml(parameter)}" value="${escapeHtml(id)}">`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
