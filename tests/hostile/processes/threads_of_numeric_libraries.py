# expect: error ImportError
# idea: have the linear algebra beneath numpy start the threads that it was told not to
import ctypes

import numpy

libc = ctypes.CDLL(None)
libc.setenv(b"OPENBLAS_NUM_THREADS", b"4", 1)
loaded = ctypes.CDLL(None)
for name in ("openblas_set_num_threads", "openblas_set_num_threads64_", "scipy_openblas_set_num_threads64_", "MKL_Set_Num_Threads", "omp_set_num_threads"):
    function = getattr(loaded, name, None)
    print(name, "called" if function and function(4) is not None else "not there")
square = numpy.ones((600, 600))
print(float((square @ square)[0, 0]))
