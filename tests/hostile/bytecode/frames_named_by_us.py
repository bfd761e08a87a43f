# expect: error ZeroDivisionError | error Exception | crash
# idea: name the file and function of a frame so that the report shows text of ours as the worker's source
def tick(ctx):
    def template():
        return 1 / 0

    for name, file in (
        ("\x1b[2J<script>", "worker.py"),
        ("x" * 100_000, __file__ if "__file__" in tick.__globals__ else tick.__code__.co_filename),
        ('in\n  File "/etc/passwd", line 1, in root', tick.__code__.co_filename),
    ):
        template.__code__ = template.__code__.replace(co_name=name, co_filename=file, co_firstlineno=1)
        try:
            template()
        except Exception as error:
            print(error.__traceback__.tb_next.tb_frame.f_code.co_filename)
    template()
