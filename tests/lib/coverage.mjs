// Which font each text of a page is really set in, asked of the browser: a letter that none of the
// fonts named for it holds falls to whatever the system has, and looks it.

// Fonts of the system that the style sheet names for Chinese, Japanese and Korean.
const system = /^Noto (Sans|Serif) CJK /;
const cjk = /^(zh|ja|ko)\b/;

// Texts of a page set in a font that is neither one of the site's own nor, in Chinese, Japanese or
// Korean, the system's: lines of language, font and text. Needs Chromium.
export async function strayFonts(page) {
  await page.evaluate(() => document.fonts.ready);
  const session = await page.context().newCDPSession(page);
  try {
    await session.send('DOM.enable');
    await session.send('CSS.enable');
    const { root } = await session.send('DOM.getDocument', { depth: -1, pierce: false });
    const stray = [];
    const walk = async (node, language) => {
      const at = node.attributes?.indexOf('lang') ?? -1;
      const spoken = at >= 0 && at % 2 === 0 ? node.attributes[at + 1] : language;
      if (['SCRIPT', 'STYLE', 'NOSCRIPT', 'HEAD', 'PRE', 'CODE'].includes(node.nodeName)) return;
      const text = (node.children ?? []).filter((child) => child.nodeType === 3).map((child) => child.nodeValue).join(' ').trim();
      if (text) {
        const { fonts } = await session.send('CSS.getPlatformFontsForNode', { nodeId: node.nodeId });
        for (const font of fonts) {
          if (font.isCustomFont || (system.test(font.familyName) && cjk.test(spoken))) continue;
          stray.push(`${spoken} in ${font.familyName}, ${font.glyphCount} glyphs: ${text.slice(0, 80)}`);
        }
      }
      for (const child of node.children ?? []) await walk(child, spoken);
    };
    await walk(root, '');
    return stray;
  } finally {
    await session.detach();
  }
}
