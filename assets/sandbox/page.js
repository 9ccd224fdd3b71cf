"use strict";
// The customers' phones. Everything that came over the wire is shown through textContent, never as HTML.

const ENGLISH = document.documentElement.lang === "en";
const LOCALE = ENGLISH ? "en-GB" : "pt-BR";
const say = (portuguese, english) => (ENGLISH ? english : portuguese);

const T = {
  simulator: say("Simulador.", "Simulator."),
  nothing_leaves: say("Nada sai deste computador: nenhuma mensagem chega a um WhatsApp de verdade.", "Nothing leaves this machine: no message reaches a real WhatsApp."),
  phones: say("Celulares dos clientes", "The customers' phones"),
  faults: say("Falhas", "Faults"),
  faults_hint: say("O que o gateway faz de errado, para ver como o wa-notify reage.", "What the gateway gets wrong, to see how wa-notify takes it."),
  only_number: say("Só para o número", "Only for the number"),
  welcome_title: say("Nenhuma conversa aberta", "No chat open"),
  welcome_text: say("As mensagens enviadas ao gateway aparecem à esquerda, no celular de cada cliente. Endereço do gateway:", "Messages sent to the gateway show up on the left, on each customer's phone. The gateway's address:"),
  back: say("Voltar", "Back"),
  attach: say("Enviar um arquivo, como um comprovante", "Send a file, such as a receipt"),
  answer_as: say("Responder…", "Answer…"),
  write_as: say("Quem escreve", "Who writes"),
  as_customer: say("como o cliente", "as the customer"),
  as_lid_alt: say("como o cliente, número oculto (LID) com telefone", "as the customer, hidden number (LID) with phone"),
  as_lid: say("como o cliente, número oculto (LID) sem telefone", "as the customer, hidden number (LID) without phone"),
  as_shop: say("como a loja, pelo próprio celular", "as the shop, from its own phone"),
  send: say("Enviar", "Send"),
  close: say("Fechar", "Close"),
};

const STATES = {
  open: say("conectada", "linked"),
  connecting: say("aguardando o QR code", "waiting for the QR code"),
  close: say("desconectada", "not linked"),
};

const QUICK = ENGLISH
  ? ["I have paid already", "Please send it again", "I will pay on Friday", "Thank you!", "STOP"]
  : ["Já paguei", "Pode mandar a 2ª via?", "Vou pagar na sexta", "Obrigado!", "SAIR"];

// Each fault: its rule, its name, what it does, and whether it can be for the next send only.
const FAULTS = [
  ["delay", { ms: 5000 }, say("Gateway lento", "Slow gateway"), say("Tudo acontece 5 segundos depois", "All happens 5 seconds later"), true],
  ["delay_after", { ms: 5000 }, say("Entrega rápida, resposta lenta", "Delivered fast, answered slowly"), say("Chega na hora; a resposta, 5 s depois", "Arrives at once; the answer 5 s later"), true],
  ["error_before", {}, say("Erro 500, não enviada", "Error 500, not sent"), say("A mensagem não chega ao celular", "The message does not reach the phone"), true],
  ["error_after", {}, say("Erro 500, mas enviada", "Error 500, but sent"), say("A mensagem chega, a resposta diz que não", "The message arrives, the answer denies it"), true],
  ["drop_before", {}, say("Conexão cai, não enviada", "Connection drops, not sent"), say("Nenhuma resposta, nada chega", "No answer, nothing arrives"), true],
  ["drop_after", {}, say("Conexão cai, mas enviada", "Connection drops, but sent"), say("A mensagem chega, a resposta não", "The message arrives, the answer does not"), true],
  ["freeze", {}, say("Congelado por 60 s", "Frozen for 60 s"), say("Depois responde com erro 500", "Then answers with error 500"), true],
  ["bad_request_after", {}, say("Erro 400, mas enviada", "Error 400, but sent"), say("E o gateway não a encontra depois", "And the gateway cannot find it later"), true],
  ["too_many_requests", { retry_after: 30 }, say("Muitas mensagens (429)", "Too many requests (429)"), say("Pede para esperar 30 segundos", "Asks to wait for 30 seconds"), true],
  ["never_ack", {}, say("Sem confirmação", "No acknowledgement"), say("Chega, mas nunca vira ✓✓", "Arrives, but never gets its ticks"), true],
  ["not_delivered", {}, say("Aceita e nunca entregue", "Accepted, never delivered"), say("Responde 201 e nada chega", "Answers 201 and nothing arrives"), true],
  ["unlink", {}, say("Desconecta no envio", "Unlinks at the send"), say("O celular da loja remove o aparelho", "The shop's phone removes the device"), true],
  ["number_unknown", {}, say("Sem WhatsApp", "Not on WhatsApp"), say("Todos os números, ou o número acima", "All numbers, or the number above"), false],
  ["ninth_digit", {}, say("Conta sem o nono dígito", "Account without the ninth digit"), say("Todos os números, ou o número acima", "All numbers, or the number above"), false],
];

const $ = (id) => document.getElementById(id);
let world = { revision: 0, instances: [], chats: [], faults: [], delivered: 0 };
let current = null;
let pairingShown = null;
let showPairingOf = null;
let notNow = null;

function make(tag, properties, ...children) {
  const node = document.createElement(tag);
  Object.assign(node, properties);
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
}

function svg(className, box, ...paths) {
  const space = "http://www.w3.org/2000/svg";
  const node = document.createElementNS(space, "svg");
  node.setAttribute("class", className);
  node.setAttribute("viewBox", box);
  node.setAttribute("aria-hidden", "true");
  for (const d of paths) {
    const path = document.createElementNS(space, "path");
    path.setAttribute("d", d);
    node.append(path);
  }
  return node;
}

const icon = (...paths) => svg("icon", "0 0 24 24", ...paths);

async function call(path, body) {
  const options = body === undefined ? {} : { method: "POST", body: JSON.stringify(body) };
  const answer = await fetch(path, options);
  const json = await answer.json();
  if (!answer.ok) throw new Error((json.response && json.response.message) || String(answer.status));
  return json;
}

function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toast.timer);
  toast.timer = setTimeout(() => { $("toast").hidden = true; }, 4000);
}

const attempt = (action) => async (...args) => {
  try { await action(...args); await poll(); } catch (error) { toast(error.message); }
};

// "5551987654321" as people write it.
function phone(number) {
  const parts = /^55(\d\d)(\d{4,5})(\d{4})$/.exec(number);
  return parts ? `+55 (${parts[1]}) ${parts[2]}-${parts[3]}` : number.includes("@") ? number : `+${number}`;
}

const nameOf = (chat) => chat.name || phone(chat.number);
const keyOf = (chat) => `${chat.instance} ${chat.number}`;

function avatar(chat, node = make("span", { className: "avatar" })) {
  let sum = 0;
  for (const letter of chat.number) sum += letter.charCodeAt(0);
  node.className = `avatar c${sum % 6}`;
  node.textContent = chat.name && /^\p{L}/u.test(chat.name) ? chat.name[0].toUpperCase() : chat.number.slice(-2);
  return node;
}

const time = (at) => new Date(at * 1000).toLocaleTimeString(LOCALE, { hour: "2-digit", minute: "2-digit" });
const day = (at) => new Date(at * 1000).toLocaleDateString(LOCALE, { weekday: "long", day: "numeric", month: "long" });

function size(bytes) {
  if (bytes < 1024) return `${bytes} B`;
  const kilo = bytes / 1024;
  const [value, unit] = kilo < 1024 ? [kilo, "kB"] : [kilo / 1024, "MB"];
  return `${value.toLocaleString(LOCALE, { maximumFractionDigits: value < 10 ? 1 : 0 })} ${unit}`;
}

// WhatsApp's *bold* and _italics_, as nodes.
function formatted(text) {
  const body = make("div", { className: "body" });
  const pattern = /(^|[\s(])([*_])(?=\S)([^\n]*?\S)\2(?=$|[\s.,;:!?)])/g;
  let done = 0;
  for (const found of text.matchAll(pattern)) {
    const start = found.index + found[1].length;
    body.append(text.slice(done, start), make(found[2] === "*" ? "strong" : "em", { textContent: found[3] }));
    done = start + found[3].length + 2;
  }
  body.append(text.slice(done));
  return body;
}

const TICKS = {
  PENDING: ["M9 2a4 4 0 1 1 0 8a4 4 0 1 1 0-8M9 4v2.2l1.6 1"],
  SERVER_ACK: ["M4.5 6.2l3 3 6-7"],
  DELIVERY_ACK: ["M1.5 6.2l3 3 6-7", "M7.5 9.2l6-7 M7.5 9.2l-.8-.8"],
  READ: ["M1.5 6.2l3 3 6-7", "M7.5 9.2l6-7 M7.5 9.2l-.8-.8"],
};
const STATUS = {
  PENDING: say("aceita pelo gateway", "accepted by the gateway"),
  SERVER_ACK: say("recebida pelo servidor", "received by the server"),
  DELIVERY_ACK: say("entregue", "delivered"),
  READ: say("lida", "read"),
};

function bubble(message) {
  const mine = message.from === "customer";
  const node = make("div", { className: `bubble ${mine ? "mine" : "theirs"}` });
  if (!message.delivered) {
    node.classList.add("lost");
    node.append(make("div", { className: "tag", textContent: say("Não chegou ao celular (falha simulada)", "Did not reach the phone (simulated fault)") }));
  } else if (message.from === "shop") {
    node.append(make("div", { className: "tag", textContent: say("Escrita à mão pela loja", "Typed by the shop") }));
  }
  if (message.document) node.append(documentCard(message.document));
  if (message.text) node.append(formatted(message.text));
  const foot = make("div", { className: "foot" }, make("span", { textContent: time(message.at) }));
  if (message.from === "gateway") {
    foot.title = STATUS[message.status];
    foot.append(svg(message.status === "READ" ? "ticks read" : "ticks", "0 0 15 11", ...TICKS[message.status]));
  }
  node.append(foot);
  return node;
}

function documentCard(document) {
  const pdf = /\.pdf$/i.test(document.name);
  const kind = (/\.([a-z0-9]{1,4})$/i.exec(document.name) || ["", "?"])[1].toUpperCase();
  return make("a", { className: "document", href: document.url, target: "_blank", rel: "noopener" },
    make("span", { className: pdf ? "sheet" : "sheet other", textContent: kind }),
    make("span", { className: "label" },
      make("b", { textContent: document.name }),
      make("span", { textContent: `${size(document.bytes)} · ${say("abrir", "open")}` })));
}

function lastLine(chat) {
  const last = chat.messages[chat.messages.length - 1];
  const who = last.from === "customer" ? say("Cliente: ", "Customer: ") : "";
  const text = last.text || (last.document ? last.document.name : "");
  return who + text.replace(/\s+/g, " ").replace(/[*_]/g, "");
}

function drawPeople() {
  const n = world.delivered;
  $("tally").textContent = say(`${n} ${n === 1 ? "mensagem entregue" : "mensagens entregues"}`, `${n} ${n === 1 ? "message" : "messages"} delivered`);
  $("instances").replaceChildren(...world.instances.map((instance) => {
    const unlinked = instance.disconnection === 401 && instance.state === "close";
    const words = unlinked ? say("desconectada pelo celular", "unlinked by the phone") : STATES[instance.state];
    const item = make("li", { className: instance.state }, make("span", { className: "dot" }),
      make("b", { textContent: instance.name }), make("span", { textContent: words }));
    if (instance.state === "open") {
      item.append(make("button", { type: "button", textContent: say("desconectar", "unlink"), onclick: attempt(() => call("/sandbox/unlink", { instance: instance.name })) }));
    } else if (instance.qr && instance.qr.code) {
      item.append(make("button", { type: "button", textContent: say("ver QR code", "show QR code"), onclick: () => { showPairingOf = instance.name; notNow = null; current = null; draw(); } }));
    }
    return item;
  }));
  const chats = [...world.chats].sort((a, b) => b.last - a.last);
  $("chats").replaceChildren(...chats.map((chat) => {
    const right = make("div", { className: "when" }, make("div", { textContent: time(chat.last) }));
    if (chat.unread) right.append(make("span", { className: "badge", textContent: chat.unread }));
    const button = make("button", { type: "button", onclick: () => open(keyOf(chat)) }, avatar(chat),
      make("div", { className: "middle" }, make("div", { className: "name", textContent: nameOf(chat) }),
        make("div", { className: "last", textContent: lastLine(chat) })), right);
    button.setAttribute("aria-current", String(keyOf(chat) === current));
    return make("li", {}, button);
  }));
  if (!chats.length) $("chats").append(make("li", { className: "none", textContent: say("Nenhuma mensagem ainda.", "No messages yet.") }));
}

function drawPhone(chat) {
  $("phone").hidden = !chat;
  if (!chat) return;
  avatar(chat, $("avatar"));
  $("phone-title").textContent = say(`Celular de ${nameOf(chat)}`, `Phone of ${nameOf(chat)}`);
  const shop = say(`conversa com a loja (${chat.instance})`, `chat with the shop (${chat.instance})`);
  $("phone-subtitle").textContent = chat.name ? `${phone(chat.number)} · ${shop}` : shop;
  const list = $("messages");
  const atEnd = list.dataset.chat !== current || list.scrollHeight - list.scrollTop - list.clientHeight < 60;
  list.dataset.chat = current;
  const nodes = [];
  let lastDay = null;
  for (const message of chat.messages) {
    if (day(message.at) !== lastDay) {
      lastDay = day(message.at);
      nodes.push(make("div", { className: "day", textContent: lastDay }));
    }
    nodes.push(bubble(message));
  }
  list.replaceChildren(...nodes);
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function drawPairing() {
  const pairing = world.instances.find((instance) => instance.qr && instance.qr.code && (!showPairingOf || instance.name === showPairingOf));
  const box = $("pairing");
  box.hidden = !pairing || current !== null || notNow === pairing.name;
  if (!pairing) { pairingShown = null; showPairingOf = null; return; }
  const { name, qr } = pairing;
  if (pairingShown === `${name} ${qr.code}`) return;
  pairingShown = `${name} ${qr.code}`;
  const picture = make("img", { src: `/sandbox/qr.png?instance=${encodeURIComponent(name)}&count=${qr.count}`, alt: "QR code" });
  box.replaceChildren(
    make("h2", { textContent: say(`Conectar "${name}"`, `Link "${name}"`) }),
    make("p", { textContent: say("Este é o QR code que o wa-notify mostra. Aqui, o celular da loja também é simulado.", "This is the QR code that wa-notify shows. Here the shop's phone is simulated too.") }),
    picture,
    qr.pairing_code ? make("div", { className: "letters", textContent: `${qr.pairing_code.slice(0, 4)}-${qr.pairing_code.slice(4)}` }) : null,
    make("p", { textContent: say(`Código ${qr.count} de 30; troca sozinho.`, `Code ${qr.count} of 30; it changes by itself.`) }),
    make("button", { type: "button", className: "primary", textContent: say("Escanear com o celular da loja", "Scan with the shop's phone"), onclick: attempt(() => call("/sandbox/scan", { instance: name, code: qr.code })) }),
    make("button", { type: "button", className: "quiet", textContent: say("Agora não", "Not now"), onclick: () => { notNow = name; showPairingOf = null; draw(); } }));
}

function drawFaults() {
  const live = world.faults.filter((rule) => !rule.spent);
  $("open-faults").classList.toggle("on", live.length > 0);
  $("fault-count").textContent = live.length || "";
  $("active").replaceChildren(...world.faults.map((rule) => {
    const known = FAULTS.find(([fault]) => fault === rule.fault);
    const details = [
      rule.number ? phone(rule.number.replace(/\D/g, "")) : null,
      rule.times ? say(`${rule.times}×`, `${rule.times}×`) : null,
      rule.probability !== undefined ? `${Math.round(rule.probability * 100)}%` : null,
      rule.fired ? say(`aconteceu ${rule.fired}×`, `happened ${rule.fired}×`) : null,
    ].filter(Boolean);
    return make("li", { className: rule.spent ? "spent" : "" },
      make("span", { textContent: [known ? known[2] : rule.fault, ...details].join(" · ") }),
      make("button", { type: "button", textContent: "×", title: say("Desligar", "Switch off"), onclick: attempt(() => call("/sandbox/faults", { remove: [rule.id] })) }));
  }));
}

function draw() {
  const chat = world.chats.find((candidate) => keyOf(candidate) === current);
  if (!chat) current = null;
  drawPeople();
  drawPairing();
  drawFaults();
  const staged = Boolean(chat) || !$("pairing").hidden;
  $("welcome").hidden = staged;
  document.body.classList.toggle("reading", staged);
  // Last: what is not shown yet cannot be scrolled to its end.
  drawPhone(chat);
}

async function open(key) {
  current = key;
  draw();
  const chat = world.chats.find((candidate) => keyOf(candidate) === key);
  if (chat && chat.unread) await attempt(() => call("/sandbox/open", { number: chat.number, instance: chat.instance }))();
}

async function poll() {
  const fresh = await call(`/sandbox/chats?since=${world.revision}`);
  if (fresh.revision === world.revision) return;
  world = fresh;
  draw();
  const chat = world.chats.find((candidate) => keyOf(candidate) === current);
  // What arrives in an open chat is read at once, as on a phone; not while the page is out of sight.
  if (chat && chat.unread && !document.hidden) await call("/sandbox/open", { number: chat.number, instance: chat.instance });
}

async function follow() {
  try {
    await poll();
    if ($("toast").dataset.lost) { delete $("toast").dataset.lost; $("toast").hidden = true; }
  } catch {
    toast(say("O simulador não responde: ele foi encerrado?", "The simulator does not answer: was it ended?"));
    $("toast").dataset.lost = "1";
    world.revision = 0;
  }
  setTimeout(follow, document.hidden ? 3000 : 700);
}

async function write(text, media) {
  const chat = world.chats.find((candidate) => keyOf(candidate) === current);
  if (!chat || (!text && !media)) return;
  const as = $("as").value;
  if (as === "shop") {
    if (media) throw new Error(say("A loja só escreve texto aqui", "The shop writes text only, here"));
    await call("/sandbox/shop-writes", { to: chat.number, text, instance: chat.instance });
  } else {
    const body = { from: chat.number, instance: chat.instance };
    if (text) body.text = text;
    if (media) body.media = media;
    if (as !== "customer") body.lid = as;
    await call("/sandbox/reply", body);
  }
}

function base64(buffer) {
  let binary = "";
  for (const byte of new Uint8Array(buffer)) binary += String.fromCharCode(byte);
  return btoa(binary);
}

function begin() {
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = T[node.dataset.t];
  for (const node of document.querySelectorAll("[data-label]")) { node.title = T[node.dataset.label]; node.setAttribute("aria-label", T[node.dataset.label]); }
  for (const node of document.querySelectorAll("[data-placeholder]")) node.placeholder = T[node.dataset.placeholder];
  document.title = say("Simulador: celulares dos clientes", "Simulator: the customers' phones");
  $("address").textContent = location.origin;
  $("back").append(icon("M15 5l-7 7 7 7"));
  $("send").append(icon("M4 12l16-8-6 16-3-7z"));
  document.querySelector(".clip").append(icon("M20 11.5l-8.2 8.2a5 5 0 0 1-7-7l8.6-8.7a3.3 3.3 0 0 1 4.7 4.7l-8.5 8.6a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8"));
  $("quick").replaceChildren(...QUICK.map((text) => make("button", { type: "button", textContent: text, onclick: attempt(() => write(text)) })));
  $("switches").replaceChildren(...FAULTS.map(([fault, more, name, does, once]) => {
    const add = (times) => attempt(async () => {
      const rule = { fault, ...more };
      const only = $("only").value.replace(/\D/g, "");
      if (only) rule.number = only;
      if (times) rule.times = times;
      await call("/sandbox/faults", { rules: [rule] });
    });
    return make("li", {}, make("b", { textContent: name }), make("p", { textContent: does }),
      make("div", { className: "buttons" },
        once ? make("button", { type: "button", textContent: say("próximo envio", "next send"), onclick: add(1) }) : null,
        make("button", { type: "button", textContent: once ? say("sempre", "always") : say("ligar", "switch on"), onclick: add(0) })));
  }));
  const drawer = (shown) => { $("drawer").hidden = !shown; $("shade").hidden = !shown; };
  $("open-faults").onclick = () => drawer(true);
  $("close-faults").onclick = $("shade").onclick = () => drawer(false);
  document.addEventListener("keydown", (event) => { if (event.key === "Escape") drawer(false); });
  $("back").onclick = () => { current = null; showPairingOf = null; draw(); };
  const text = $("text");
  const fit = () => { text.style.height = "auto"; text.style.height = `${text.scrollHeight}px`; };
  text.oninput = fit;
  $("composer").onsubmit = async (event) => {
    event.preventDefault();
    const words = text.value.trim();
    if (!words) return;
    await attempt(async () => { await write(words); text.value = ""; fit(); })();
  };
  text.onkeydown = (event) => {
    if (event.key === "Enter" && !event.shiftKey) { event.preventDefault(); $("composer").requestSubmit(); }
  };
  $("file").onchange = attempt(async () => {
    const file = $("file").files[0];
    if (!file) return;
    await write(text.value.trim(), { file_name: file.name, base64: base64(await file.arrayBuffer()) });
    text.value = ""; $("file").value = ""; fit();
  });
  // A link can point at one phone: #5551987654321, or at the switches: #falhas.
  const wanted = decodeURIComponent(location.hash.slice(1));
  poll().then(() => {
    const chat = world.chats.find((candidate) => candidate.number === wanted);
    if (chat) open(keyOf(chat));
    if (wanted === "falhas") drawer(true);
  }).catch(() => {}).finally(follow);
}

begin();
