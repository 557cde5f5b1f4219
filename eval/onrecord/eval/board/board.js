"use strict";
(() => {
  // sorting: a press on a heading sorts the first body of its table, numbers by what they stand for
  const key = (row, column) => {
    const cell = row.cells[column];
    return cell.dataset.order !== undefined ? Number(cell.dataset.order) : cell.textContent.trim();
  };
  const sort = (table, head, column) => {
    const descending = head.getAttribute("aria-sort") !== "descending";
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", descending ? "descending" : "ascending");
    const body = table.tBodies[0];
    const rows = Array.from(body.rows, (row) => [key(row, column), row]);
    rows.sort(([a], [b]) => {
      const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), "en", {numeric: true});
      return descending ? -order : order;
    });
    for (const [, row] of rows) body.appendChild(row);
  };
  for (const table of document.querySelectorAll("table.sortable")) {
    Array.from(table.tHead.rows[0].cells).forEach((head, column) => {
      if (head.classList.contains("plain")) return;
      const button = document.createElement("button");
      button.type = "button";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      button.addEventListener("click", () => sort(table, head, column));
    });
  }
  const filter = document.getElementById("filter");
  filter.addEventListener("input", () => {
    const wanted = filter.value.trim().toLocaleLowerCase();
    for (const row of document.querySelectorAll("[data-find]"))
      row.hidden = !row.dataset.find.toLocaleLowerCase().includes(wanted);
  });
  document.documentElement.dataset.ready = "yes";
})();
