"""A worker that asks every adapter, keeps what it is answered wherever it can, and prints all that
it can reach."""

import json

CALLS = {
    "bybit": (
        ("get_wallet_balance", {}),
        ("get_positions", {"symbol": "BTCUSDT"}),
        ("place_order", {"symbol": "BTCUSDT", "side": "Buy", "order_type": "Market", "qty": "1"}),
        ("get_fee_rates", {"symbol": "BTCUSDT"}),
    ),
    "telegram": (("send", {"text": "hello", "chat_id": 42}), ("chat_info", {"chat_id": 42})),
    "llm": (("ask", {"prompt": "what is my key?"}),) * 2,
    "leaky": tuple(
        (name, {})
        for name in (
            "in_path in_query in_header in_form in_json by_login in_its_answer in_an_error "
            "in_a_told_error in_a_refusal in_what_is_no_json in_logs behind_the_back"
        ).split()
    ),
}
WRONG = (("no_such_method", {}), ("get_wallet_balance", {"no_such": 1}))


def asked(ctx, namespace, method, named):
    try:
        return getattr(getattr(ctx, namespace), method)(**named)
    except Exception as error:
        return {"raised": repr(error), "why": repr(error.__cause__)}


def reachable(ctx):
    seen = [ctx, ctx.config, ctx.connected, ctx.tick, globals()]
    for name in dir(ctx):
        part = getattr(ctx, name, None)
        seen += [part, getattr(part, "__dict__", None), dir(part)]
        for method in dir(part):
            function = getattr(part, method, None)
            seen.append(getattr(function, "__closure__", None))
            seen.append(getattr(getattr(function, "__func__", None), "__globals__", None))
    return seen


def tick(ctx):
    told = []
    for namespace, calls in CALLS.items():
        if namespace in ctx.connected:
            for number, (method, named) in enumerate((*calls, *WRONG)):
                name = f"{namespace}.{number}.{method}"
                told.append((name, asked(ctx, namespace, method, named)))
    url = f"http://{ctx.config['place']}/by-proxy"
    for number in range(2):
        told.append((f"http.{number}.get", asked(ctx, "http", "get", {"url": url})))
    for name, value in told:
        text = json.dumps(value, default=repr)
        ctx.log.error(f"{name} {text[:3000]}")
        ctx.state.set(name, {"tick": ctx.tick.n, "value": text})
        ctx.files.write(f"{name}-{ctx.tick.n}.txt", text)
    ctx.monitor.render([ctx.monitor.text(text[:900]) for _, text in map(str_of, told)][:20])
    for thing in reachable(ctx):
        print(repr(thing)[:3000])
    if ctx.tick.n % 2:
        raise RuntimeError(json.dumps(told, default=repr))


def str_of(pair):
    return pair[0], json.dumps(pair[1], default=repr)
