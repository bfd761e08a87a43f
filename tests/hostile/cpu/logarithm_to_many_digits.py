# expect: timeout
# full: timeout
# idea: ask the decimal library for a logarithm to half a million digits
import decimal


def tick(ctx):
    print(decimal.Context(prec=500_000).ln(decimal.Decimal(7)).adjusted())
