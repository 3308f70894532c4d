// Lists the controls a keyboard must reach, and notes each one that takes the focus and whether it shows that it has it.
() => {
  const named = new Set()
  const controls = [...document.querySelectorAll("a[href],button,input:not([type=hidden]),select,textarea,summary,[tabindex='0']")].filter(it => {
    if (it.disabled || !it.checkVisibility({visibilityProperty: true, contentVisibilityAuto: true}) || it.closest("details:not([open]) > :not(summary)")) return false
    if (it.type !== "radio") return true
    const group = it.name + (it.form ? [...document.forms].indexOf(it.form) : "")
    const first = !named.has(group)
    named.add(group)
    return first
  })
  window.reached = new Set()
  window.unseen = new Set()
  const name = it => it.tagName.toLowerCase() + ":" + (it.type === "radio" ? it.name : (it.id || it.name || it.textContent.trim().slice(0, 30)))
  document.addEventListener("focusin", event => {
    const it = event.target, style = getComputedStyle(it)
    window.reached.add(it.type === "radio" ? it.name : it)
    const label = it.labels && it.labels[0]
    const near = [style, ...(label ? [getComputedStyle(label), getComputedStyle(label, "::before")] : [])]
    if (!near.some(s => (s.outlineStyle !== "none" && parseFloat(s.outlineWidth) > 0) || s.boxShadow !== "none")) window.unseen.add(name(it))
  })
  window.missed = () => controls.filter(it => !window.reached.has(it.type === "radio" ? it.name : it)).map(name)
  // A date is several stops to the keyboard: day, month, year and the picker's button.
  return controls.length + 8 * controls.filter(it => /date|time|month/.test(it.type)).length + 4
}
