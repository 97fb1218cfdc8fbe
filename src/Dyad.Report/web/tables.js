// Tables that do not fit their box stand closer together, or show each row as a block of names and values, so that nothing is cut.

/** Watches all tables of the page, and fits each when it comes near the window or its room changes. */
export function fitTables(root = document) {
  const boxes = [...root.querySelectorAll(".scroll")];
  const sized = new ResizeObserver((entries) => { for (const { target } of entries) fitTable(target); });
  const near = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (!isIntersecting) continue;
      near.unobserve(target);
      sized.observe(target);
    }
  }, { rootMargin: "100% 0px" });
  for (const box of boxes) near.observe(box);
  for (const box of boxes) box.closest("details")?.addEventListener("toggle", () => fitTable(box));
}

/** As it is where it fits, else closer together, else a block a row. */
export function fitTable(box) {
  const width = box.clientWidth;
  if (width === 0 || box.dataset.width === String(width)) return;
  box.dataset.width = width;
  for (const form of ["", "tight", "stacked"]) {
    box.classList.remove("tight", "stacked");
    if (form !== "") box.classList.add(form);
    if (box.scrollWidth <= width) break;
  }
  box.tabIndex = box.scrollWidth > width ? 0 : -1;
}
