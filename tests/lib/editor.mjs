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
  return {
    create: (article) => api('POST', '/v1/articles', { body: article }),

    // Saves a draft. `match` is the ETag of the revision it follows; without one it is the first.
    save: (id, locale, text, match) => api('PUT', `/v1/articles/${encodeURIComponent(id)}/texts/${locale}`, {
      body: text, headers: match ? { 'if-match': match } : { 'if-none-match': '*' },
    }),
    // Readers of an update are told what changed: `note`.
    publish: (id, locale, headers = {}, body = { note: 'What changed.' }) => api('POST', `/v1/articles/${encodeURIComponent(id)}/texts/${locale}/publish`, { headers, body }),
    withdraw: (id, locale, reason) => api('POST', `/v1/articles/${encodeURIComponent(id)}/texts/${locale}/withdraw`, { body: { reason } }),

    // All three at once: the answer of the first that is refused, else of the last.
    async issue(id, locale, text, article = {}) {
      let answer = await this.create({ id, source_locale: locale, ...article });
      if (answer.status === 201) answer = await this.save(id, locale, text);
      if (answer.status === 201) answer = await this.publish(id, locale);
      return answer;
    },
  };
}
