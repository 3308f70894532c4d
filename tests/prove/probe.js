// What a person would find on the page that stands here, as plain values: its words, headings, forms, what scrolls and what takes the focus.
() => {
  const root = document.documentElement
  for (const folded of document.querySelectorAll("details")) folded.open = true
  const shown = it => it.checkVisibility({visibilityProperty: true})
  const where = it => it.tagName.toLowerCase() + (it.id ? "#" + it.id : "") + (it.className && it.className.trim ? "." + it.className.trim().split(/\s+/)[0] : "")
  const foreign = it => {
    const marked = it.closest("[lang],[translate=no],code,kbd,samp,pre")
    return marked === root ? "" : marked.tagName === "HTML" ? "" : marked.getAttribute("lang") || "no"
  }
  const texts = []
  const say = (text, it) => { const words = text.replace(/\s+/g, " ").trim(); if (words) texts.push([words, foreign(it), where(it)]) }
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT)
  for (let node; (node = walker.nextNode());) {
    const it = node.parentElement
    if (!it.closest("script,style,template,textarea") && it.checkVisibility()) say(node.data, it)
  }
  for (const name of ["aria-label", "placeholder", "alt", "title"])
    for (const it of document.querySelectorAll(`body [${name}]`)) say(it.getAttribute(name), it)
  for (const it of document.querySelectorAll("input[type=submit],input[type=button]")) say(it.value, it)
  say(document.title, root)
  const wide = [...document.querySelectorAll("body *")].filter(it => shown(it) && it.getBoundingClientRect().right > innerWidth + 1 && !it.parentElement.closest(".scroll") && !it.matches(".scroll *"))
  const scrolling = [...document.querySelectorAll("body *")].filter(it => it.scrollWidth > it.clientWidth + 1 && /auto|scroll/.test(getComputedStyle(it).overflowX) && !it.matches("textarea,select,input") && !it.querySelector("a[href],button,input,select,textarea"))
  const buttonless = [...document.forms].filter(form => ![...form.elements].some(it => (it.matches("button:not([type=button]):not([type=reset]),input[type=submit],input[type=image]")) && it.checkVisibility()))
  const unlabelled = [...document.querySelectorAll("input:not([type=hidden]):not([type=submit]),select,textarea")].filter(it => !(it.labels && it.labels.length) && !it.getAttribute("aria-label") && !it.getAttribute("aria-labelledby"))
  return {
    lang: root.lang,
    headings: document.querySelectorAll("h1").length,
    emptyHeadings: [...document.querySelectorAll("h1,h2,h3,h4,th[scope=col]")].filter(it => shown(it) && !it.textContent.trim() && !it.querySelector("img[alt]")).map(where),
    texts,
    isWide: root.scrollWidth > innerWidth,
    wide: root.scrollWidth > innerWidth ? wide.slice(0, 4).map(where) : [],
    unreachableScroll: scrolling.filter(it => it.tabIndex < 0 || !(it.getAttribute("aria-label") || it.getAttribute("aria-labelledby"))).map(where),
    buttonless: buttonless.map(form => form.getAttribute("action") || "(here)"),
    unlabelled: unlabelled.map(it => where(it) + "[" + it.name + "]"),
    jumping: [...document.querySelectorAll("[tabindex]")].filter(it => it.tabIndex > 0).map(where),
    clickable: [...document.querySelectorAll("[onclick],[hx-get]:not(a,button,form,input,select,textarea),[hx-post]:not(a,button,form,input,select,textarea)")].filter(it => it.hasAttribute("onclick")).map(where),
  }
}
