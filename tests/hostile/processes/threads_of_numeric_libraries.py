# expect: error ImportError
# idea: have the linear algebra beneath numpy start the threads that it was told not to
# timeout: 1
import ctypes
import sys
import time

import numpy

loaded = ctypes.CDLL(next(m.__file__ for name, m in sys.modules.items() if name.endswith("._multiarray_umath") and m.__file__))
for name in ("scipy_openblas_set_num_threads64_", "openblas_set_num_threads64_", "openblas_set_num_threads", "MKL_Set_Num_Threads"):
    try:
        getattr(loaded, name)(4)
        print("called", name)
    except AttributeError:
        print("not there:", name)
square = numpy.ones((600, 600))
print(float((square @ square)[0, 0]))
time.sleep(0.1)
