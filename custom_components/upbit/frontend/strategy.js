/**
 * The dashboard strategy "Upbit": lays itself out from what the accounts hold, with Home Assistant's
 * own cards only. One view an account; a section a currency, by worth.
 */

const DOMAIN = "upbit";

/** Currencies with a section of their own; what is worth less shares one. */
const SECTIONS = 10;

/** Units that a distribution card would take for a prefix of size: THB would be tera-HB. */
const LOOKS_SCALED = /^[TGMkmµ]./;

/** Days of which the daily profits fit side by side. */
const MOST_BARS = 30;

const DAY = 86_400_000;

const COLUMNS = 3;

/** A screen on which three columns fit beside the sidebar. */
const THREE_COLUMNS = "(min-width: 1320px)";

const TEXTS = {
  en: {
    title: "Upbit",
    description: "Worth and profit, shares, a section for each currency, activities and alerts",
    worth: "Worth",
    shares: "Shares of the whole",
    history: "Over time",
    time: "Total value",
    today: "The last 24 hours",
    daily: "Profit by day",
    // A tile of half a narrow column cuts off the whole name.
    shorter: {
      profit_since_baseline: { name: "Since baseline" },
      gain_over_holding: { name: "Over holding" },
    },
    held: "Holdings",
    others: "Others",
    activity: "Activity",
    alerts: "Alerts",
    connection: "Connection",
    empty: "No account of Upbit is set up yet.",
    add: "Add one",
  },
  ko: {
    title: "업비트",
    description: "평가금액과 손익, 자산 비중, 화폐별 현황, 활동과 알림",
    worth: "보유자산",
    shares: "자산 비중",
    history: "자산 추이",
    time: "총 보유자산",
    today: "최근 24시간",
    daily: "일별 손익",
    shorter: { profit_since_baseline: { name: "기준 이후 손익" } },
    held: "보유수량",
    others: "기타",
    activity: "활동",
    alerts: "알림",
    connection: "연결",
    empty: "등록된 업비트 계정이 없습니다.",
    add: "계정 추가",
  },
};

/** What the account's sensors show at the top, by translation key. */
const SUMS = [
  "coins_value",
  "total_cost",
  "total_profit",
  "total_profit_rate",
  "profit_today",
  "profit_since_baseline",
  "gain_over_holding",
  "locked_ratio",
];

/** What a currency's section shows after its total. */
const PARTS = [
  "value",
  "profit",
  "profit_rate",
  "price",
  "price_change",
  "average_buy_price",
  "available",
  "locked",
];

/** Those of them that need a price. */
const PRICED = new Set(["value", "profit", "profit_rate", "price", "price_change"]);

const CONNECTION = [
  "connection",
  "last_change",
  "last_confirmed",
  "open_orders",
  "currencies",
  "key_expiry",
  "refresh",
];

/** What decides which sections there are, and in which order. */
const SHAPING = new Set(["currency", "total_value"]);

const textsIn = (language) => (language.startsWith("ko") ? TEXTS.ko : TEXTS.en);

const textsOf = (hass) => textsIn(hass.locale?.language ?? hass.language ?? "en");

/** Return a state as a number; what is unknown is nothing. */
const numberOf = (hass, entityId) => Number(hass.states[entityId]?.state) || 0;

const nameOf = (device) => device.name_by_user ?? device.name ?? "";

const entityName = { type: "entity" };

const tile = (entity, more = {}) => ({ type: "tile", entity, name: entityName, ...more });

const heading = (text, icon, more = {}) => ({
  type: "heading",
  heading: text,
  icon,
  ...more,
});

const grid = (...cards) => ({ type: "grid", cards: cards.filter(Boolean) });

const whole = { grid_options: { columns: "full" } };

const CONNECTION_LOOKS = {
  connection: { color: "green" },
  key_expiry: { time_format: "date", ...whole },
};

const trend = { features: [{ type: "trend-graph", hours_to_show: 24 }] };

/**
 * Return the accounts: each with its own entities by translation key, its currencies and its alerts.
 *
 * A currency is a child of the account's device, an alert a device that points to it.
 */
function accountsOf(hass) {
  const accounts = new Map();
  const accountOf = (id) => {
    if (!accounts.has(id)) {
      accounts.set(id, {
        id,
        title: nameOf(hass.devices[id]),
        sensors: {},
        currencies: new Map(),
        alerts: [],
      });
    }
    return accounts.get(id);
  };
  for (const entity of Object.values(hass.entities)) {
    const device = hass.devices[entity.device_id];
    if (entity.platform !== DOMAIN || !device || entity.hidden) {
      continue;
    }
    const { entity_id: id, translation_key: key } = entity;
    if (device.parent_device_id) {
      const { currencies } = accountOf(device.parent_device_id);
      if (!currencies.has(device.id)) {
        currencies.set(device.id, { name: nameOf(device), sensors: {} });
      }
      currencies.get(device.id).sensors[key] = id;
    } else if (device.via_device_id) {
      accountOf(device.via_device_id).alerts.push(id);
    } else {
      accountOf(device.id).sensors[key] = id;
    }
  }
  return [...accounts.values()].sort((one, other) =>
    one.title.localeCompare(other.title),
  );
}

/** Return whether a state is more than 0, or 0, or not known (1, 0, NaN). */
const signOf = (hass, entityId) => Math.sign(hass.states[entityId]?.state ?? NaN);

/**
 * Return the currencies of an account that are held, by worth; the cash is worth what it is.
 *
 * One that the exchange has no price for shows nothing that would need one.
 */
function heldOf(hass, account) {
  const total = hass.states[account.sensors.total_value]?.attributes;
  const unpriced = new Set(total?.unpriced);
  return [...account.currencies.values()]
    // What is not known may be held.
    .filter(({ sensors }) => signOf(hass, sensors.currency) !== 0)
    .map(({ name, sensors }) => {
      const amount = hass.states[sensors.currency]?.attributes;
      const isCash = amount && amount.unit_of_measurement === total?.unit_of_measurement;
      const worthIn = sensors.value ?? (isCash ? sensors.currency : undefined);
      return {
        name,
        sensors,
        worthIn,
        worth: numberOf(hass, worthIn),
        priced: !unpriced.has(amount?.currency),
      };
    })
    .sort((one, other) => other.worth - one.worth || one.name.localeCompare(other.name));
}

/** Return how many days back the recorder knows a sensor, 0 if it has no statistics of it yet. */
async function recordedDays(hass, entity) {
  try {
    const months = await hass.callWS({
      type: "recorder/statistics_during_period",
      start_time: new Date(0).toISOString(),
      statistic_ids: [entity],
      period: "month",
      types: ["state"],
    });
    const first = months[entity]?.[0];
    return first ? Math.max(Math.ceil((Date.now() - first.start) / DAY), 1) : 0;
  } catch {
    // Without the recorder there is no history to show.
    return 0;
  }
}

function worthSection(account, texts) {
  const { sensors } = account;
  return grid(
    heading(texts.worth, "mdi:safe-square"),
    sensors.total_value && tile(sensors.total_value, { ...trend, ...whole }),
    ...SUMS.map((key) => sensors[key] && tile(sensors[key], texts.shorter[key])),
  );
}

function sharesCards(hass, held, texts) {
  const worths = held
    .map(({ worthIn }) => worthIn)
    .filter((id) => numberOf(hass, id) > 0);
  const unit = hass.states[worths[0]]?.attributes.unit_of_measurement ?? "";
  if (worths.length < 2 || LOOKS_SCALED.test(unit)) {
    return [];
  }
  return [
    heading(texts.shares, "mdi:chart-donut"),
    {
      type: "distribution",
      entities: worths.slice(0, SECTIONS).map((entity) => ({
        entity,
        name: { type: "device" },
      })),
      ...whole,
    },
  ];
}

/** Return graphs of the worth: of the last day until the recorder knows of more. */
async function graphsOf(hass, account, texts) {
  const { total_value: total, profit_since_baseline: profit } = account.sensors;
  if (!total) {
    return [];
  }
  const [days, profitDays] = await Promise.all(
    [total, profit].map((entity) => (entity ? recordedDays(hass, entity) : 0)),
  );
  if (days <= 1) {
    return [
      {
        type: "history-graph",
        title: texts.today,
        hours_to_show: 24,
        entities: [{ entity: total, name: entityName }],
        fit_y_data: true,
      },
    ];
  }
  const graph = (entity, more) => ({
    type: "statistics-graph",
    entities: [{ entity, name: entityName }],
    hide_legend: true,
    ...more,
  });
  const worth = graph(total, {
    title: texts.time,
    days_to_show: days,
    stat_types: ["state"],
    period: days > 7 ? "day" : "hour",
    chart_type: "line",
    fit_y_data: true,
  });
  const daily = graph(profit, {
    title: texts.daily,
    days_to_show: Math.min(profitDays, MOST_BARS),
    stat_types: ["change"],
    period: "day",
    chart_type: "bar",
  });
  return profitDays > 1 ? [worth, daily] : [worth];
}

/**
 * Return the graphs one above the other for a screen of three columns, else side by side.
 *
 * A section that is much higher than its neighbours would leave a hole beside it.
 */
function timeSections(graphs, texts) {
  if (!graphs.length) {
    return [];
  }
  const section = (columns, media_query, more) => ({
    ...grid(
      heading(texts.history, "mdi:chart-line"),
      ...graphs.map((graph) => ({ ...graph, grid_options: { columns } })),
    ),
    visibility: [{ condition: "screen", media_query }],
    ...more,
  });
  return [
    section("full", THREE_COLUMNS),
    section(graphs.length > 1 ? 12 : "full", `not all and ${THREE_COLUMNS}`, {
      column_span: 2,
    }),
  ];
}

function currencySection({ name, sensors, priced }, texts) {
  return grid(
    heading(name, "mdi:hand-coin", {
      badges: sensors.price_change ? [{ type: "entity", entity: sensors.price_change }] : [],
    }),
    // The whole width: an amount has as many digits as it has, and none is to be cut off.
    sensors.currency && tile(sensors.currency, { name: texts.held, ...whole }),
    ...PARTS.filter((key) => priced || !PRICED.has(key)).map(
      (key) => sensors[key] && tile(sensors[key]),
    ),
    sensors.warning &&
      tile(sensors.warning, {
        color: "red",
        visibility: [{ condition: "state", entity: sensors.warning, state: "on" }],
      }),
  );
}

function othersSection(others, texts) {
  if (!others.length) {
    return undefined;
  }
  return {
    ...grid(
      heading(texts.others, "mdi:dots-horizontal"),
      ...others.map(({ sensors }) => {
        const entity = sensors.currency ?? Object.values(sensors)[0];
        return tile(entity, { name: { type: "device" }, grid_options: { columns: 12 } });
      }),
    ),
    column_span: COLUMNS,
  };
}

function activityCards({ sensors }, texts) {
  const events = [sensors.activity, sensors.notice].filter(Boolean);
  if (!events.length) {
    return [];
  }
  return [
    heading(texts.activity, "mdi:swap-horizontal"),
    // The logbook knows what kind of activity it was; the last one says of what currency.
    sensors.activity &&
      tile(sensors.activity, {
        state_content: ["event_type", "currency", "state"],
        visibility: [{ condition: "state", entity: sensors.activity, state_not: "unknown" }],
        ...whole,
      }),
    {
      type: "logbook",
      target: { entity_id: events },
      hours_to_show: 168,
      grid_options: { columns: "full", rows: 6 },
    },
  ];
}

function alertsSection({ alerts }, texts) {
  if (!alerts.length) {
    return undefined;
  }
  return grid(
    heading(texts.alerts, "mdi:bell"),
    ...alerts.sort().map((entity) => tile(entity, { name: { type: "device" } })),
  );
}

function connectionSection({ sensors }, texts) {
  return grid(
    heading(texts.connection, "mdi:lan-connect"),
    ...CONNECTION.map((key) => sensors[key] && tile(sensors[key], CONNECTION_LOOKS[key])),
  );
}

async function viewOf(hass, account, texts) {
  const held = heldOf(hass, account);
  const sections = [
    worthSection(account, texts),
    // Both are low: together they are as high as their neighbours.
    grid(...sharesCards(hass, held, texts), ...activityCards(account, texts)),
    ...timeSections(await graphsOf(hass, account, texts), texts),
    alertsSection(account, texts),
    ...held.slice(0, SECTIONS).map((currency) => currencySection(currency, texts)),
    othersSection(held.slice(SECTIONS), texts),
    connectionSection(account, texts),
  ];
  return {
    title: account.title,
    path: account.id,
    type: "sections",
    max_columns: COLUMNS,
    dense_section_placement: true,
    sections: sections.filter((section) => section?.cards.length),
  };
}

function emptyView(texts) {
  return {
    title: texts.title,
    type: "sections",
    sections: [
      grid({
        type: "markdown",
        content: `${texts.empty} [${texts.add}](/config/integrations/dashboard/add?domain=${DOMAIN})`,
      }),
    ],
  };
}

class UpbitDashboardStrategy extends HTMLElement {
  /** What is bought, at first or again, an alert that is added, and what is known again show by themselves. */
  static shouldRegenerate(_config, before, now) {
    if (before.entities !== now.entities || before.devices !== now.devices) {
      return true;
    }
    return Object.values(now.entities).some(
      ({ entity_id: id, platform, translation_key: key }) =>
        platform === DOMAIN &&
        SHAPING.has(key) &&
        before.states[id] !== now.states[id] &&
        !Object.is(signOf(before, id), signOf(now, id)),
    );
  }

  static getCreateSuggestions(hass) {
    return { title: textsOf(hass).title, icon: "mdi:finance" };
  }

  static async generate(_config, hass) {
    const texts = textsOf(hass);
    const accounts = accountsOf(hass);
    return {
      title: texts.title,
      views: accounts.length
        ? await Promise.all(accounts.map((account) => viewOf(hass, account, texts)))
        : [emptyView(texts)],
    };
  }
}

customElements.define("ll-strategy-dashboard-upbit", UpbitDashboardStrategy);

// Before anybody is logged in there is no language but the browser's.
const { title, description } = textsIn(navigator.language);

window.customStrategies ??= [];
window.customStrategies.push({
  type: DOMAIN,
  strategyType: "dashboard",
  name: title,
  description,
});
