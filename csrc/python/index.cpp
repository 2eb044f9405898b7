// t[...], len and iteration.
#include "python/convert.h"
#include "python/slots.h"

namespace tg::python {

void add_container_slots(std::vector<PyType_Slot>&) {}

}  // namespace tg::python
