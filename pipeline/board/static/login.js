// The login: by the form, or by a token behind # in the address, which the browser sends nowhere by itself.

import { firstLanguage, speak, text } from "./texts.js";

speak(firstLanguage());
const form = document.querySelector("form");
const field = document.querySelector("#token");
const given = new URLSearchParams(location.hash.slice(1)).get("token");
if (given) {
  history.replaceState(null, "", "/");
  field.value = given;
  form.submit();
} else if (location.pathname === "/login") {
  field.setAttribute("aria-invalid", "true");
  const hint = form.querySelector(".hint");
  hint.textContent = text("wrongToken");
  hint.setAttribute("role", "alert");
}
