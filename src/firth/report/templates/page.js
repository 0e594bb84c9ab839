// Only what scrolls takes the focus, so that the keyboard can scroll it.
const focusable = new ResizeObserver((boxes) => {
  for (const { target } of boxes) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});
document.querySelectorAll(".table, .drawing").forEach((box) => focusable.observe(box));
