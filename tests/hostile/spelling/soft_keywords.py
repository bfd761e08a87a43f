# expect: done
# idea: name everything match, case, type and underscore, so that a reader of the source loses the thread
match = print
type_ = type
_ = match.__self__
case = _.__import__


def tick(type):
    match type.config:
        case {"folder": _, "secret_file": match, **case}:
            pass
    print(sorted(case)[:3])
    case = print.__self__.__import__
    match (case):
        case match if (match)("os"):
            type_ = match("os")
    try:
        print("ESCAPED: walked", [*type_.walk(_, onerror=print)] or 1 / 0)
    except Exception as error:
        print("refused:", error)
