# expect: done
# idea: hand strftime and strptime directives, lengths and characters that the C library may not expect
# timeout: 20
import datetime
import time


def tick(ctx):
    moment = datetime.datetime(1, 1, 1)
    for text in ("%", "%\0Y", "%Y\0%m", "%-", "%E", "%O" * 50, "%10000000Y", "%" + "9" * 30 + "d", "\ud800", "%:z%::z%q%!", "%c" * 3000, "%s"):
        for act in (moment.strftime, time.strftime, lambda text: time.strptime("2024", text), moment.__format__):
            try:
                print("%a" % text[:10], len(act(text)))
            except Exception as error:
                print("%a" % text[:10], type(error).__name__)
    for fields in ((2**31,) * 9, (0,) * 9, (-(2**31),) * 9, (2024, 13, 40, 25, 61, 62, 8, 400, 5)):
        try:
            print(time.strftime("%A %B %c", fields), time.asctime(fields))
        except Exception as error:
            print(type(error).__name__)
