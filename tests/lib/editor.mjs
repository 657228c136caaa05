// An editor at work through the API. `api(method, path, options)` is what openapi() returns, or
// `plain(server, token)` here, which does not look at the description.
export function plain(server, token) {
  return async (method, path, { headers = {}, body } = {}) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      body: body === undefined ? undefined : JSON.stringify(body),
    });
    const text = await answer.text();
    return { status: answer.status, headers: answer.headers, body: text ? JSON.parse(text) : null };
  };
}

export function editor(api) {
  const path = (id, locale, more = '') => `/v1/articles/${encodeURIComponent(id)}/texts/${locale}${more}`;
  return {
    api,
    create: (article) => api('POST', '/v1/articles', { body: article }),
    read: (id, locale) => api('GET', path(id, locale)),

    // Saves a draft. `match` is the ETag of the revision it follows; without one it is the first.
    save: (id, locale, text, match) => api('PUT', path(id, locale), {
      body: text, headers: match ? { 'if-match': match } : { 'if-none-match': '*' },
    }),
    // Readers of an update are told what changed: `note`.
    publish: (id, locale, headers = {}, body = { note: 'What changed.' }) => api('POST', path(id, locale, '/publish'), { headers, body }),
    withdraw: (id, locale, reason, more = {}) => api('POST', path(id, locale, '/withdraw'), { body: { reason, ...more } }),
    move: (id, locale, to, comment, headers = {}) => api('POST', path(id, locale, '/stage'), { headers, body: comment ? { to, comment } : { to } }),

    // What else is done with a text: act(id, locale, 'correct', { reason, note }).
    act: (id, locale, what, body, headers = {}, method = 'POST') => api(method, path(id, locale, `/${what}`), { headers, body }),
    list: (id, locale, what) => api('GET', path(id, locale, `/${what}`)),

    // All three at once: the answer of the first that is refused, else of the last.
    async issue(id, locale, text, article = {}) {
      let answer = await this.create({ id, source_locale: locale, ...article });
      if (answer.status === 201) answer = await this.save(id, locale, text);
      if (answer.status === 201) answer = await this.publish(id, locale);
      return answer;
    },
  };
}
