// Tables that do not fit their box show each row as a block of names and values, so that nothing is cut.

/** Watches all tables of the page, and fits each when it comes near the window or its room changes. */
export function fitTables(root = document) {
  const boxes = [...root.querySelectorAll(".scroll")];
  const sized = new ResizeObserver((entries) => { for (const { target } of entries) fit(target); });
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      sized.observe(target);
    }
  }, { rootMargin: "100% 0px" });
  for (const box of boxes) near.observe(box);
  for (const box of boxes) box.closest("details")?.addEventListener("toggle", () => fit(box));
}

/** As wide as its box where it can be, else a block a row. */
function fit(box) {
  const width = box.clientWidth;
  if (width === 0 || box.dataset.width === String(width)) return;
  box.dataset.width = width;
  box.classList.remove("stacked");
  if (box.scrollWidth > width) box.classList.add("stacked");
  box.tabIndex = box.scrollWidth > width ? 0 : -1;
}
