#include "list.hpp"

#include <iomanip>
#include <sstream>
#include <utility>

#include "codec.hpp"
#include "placement.hpp"
#include "versions.hpp"

namespace collate {

// std::quoted writes JSON strings as long as they hold no control characters, and these hold none.
std::string list() {
  std::ostringstream out;
  out << R"({"client": "cpp", "runtime": )" << std::quoted(runtime_versions()) << ",\n \"codecs\": [";
  const char* separator = "";
  for (const Codec& codec : codecs()) {
    out << std::exchange(separator, ",") << "\n  {\"name\": " << std::quoted(codec.name)
        << ", \"library\": " << std::quoted(codec.library) << '}';
  }
  out << "],\n \"placements\": [";
  separator = "";
  for (const Placement& placement : placements()) {
    out << std::exchange(separator, ",") << "\n  {\"name\": " << std::quoted(placement.name)
        << ", \"order\": " << std::quoted(placement.order) << ", \"about\": " << std::quoted(placement.about)
        << '}';
  }
  out << "]}\n";
  return out.str();
}

}  // namespace collate
