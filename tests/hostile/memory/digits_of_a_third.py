# expect: memory | error MemoryError | crash
# full: memory | error MemoryError | crash
# memory: 64
# idea: divide with the greatest precision that the decimal library admits
import decimal


def tick(ctx):
    context = decimal.Context(prec=decimal.MAX_PREC, Emax=decimal.MAX_EMAX, Emin=decimal.MIN_EMIN)
    print(context.divide(decimal.Decimal(1), decimal.Decimal(3)).adjusted())
