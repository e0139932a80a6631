// SPDX-License-Identifier: Apache-2.0
#include "config.h"

#include <cstdio>
#include <cstdlib>
#include <sstream>

#include "state.h"

// Part of the double of libcuda, for tests only.
namespace framekiln::doubles {
namespace {

std::string text_of(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

template <class Number>
void read_number(const char* name, Number* number) {
  const std::string text = text_of(name);
  if (text.empty()) return;
  std::istringstream in(text);
  if (!(in >> *number) || !in.eof()) breach("%s=%s is no number", name, text.c_str());
}

std::vector<std::string> items_of(const char* name) {
  std::vector<std::string> items;
  std::istringstream in(text_of(name));
  for (std::string item; std::getline(in, item, ',');) items.push_back(item);
  return items;
}

}  // namespace

Config read_config() {
  Config config;
  read_number("FK_DOUBLE_CUDA_DEVICES", &config.devices);
  read_number("FK_DOUBLE_CUDA_DRIVER", &config.driver);
  read_number("FK_DOUBLE_CUDA_MEMORY", &config.memory);
  read_number("FK_DOUBLE_CUDA_DELAY", &config.delay);
  if (config.devices < 0 || config.devices > kMostDevices) {
    breach("FK_DOUBLE_CUDA_DEVICES is not 0 to %d", kMostDevices);
    config.devices = 1;
  }
  const std::string capability = text_of("FK_DOUBLE_CUDA_CAPABILITY");
  if (!capability.empty() && std::sscanf(capability.c_str(), "%d.%d", &config.major, &config.minor) != 2) {
    breach("FK_DOUBLE_CUDA_CAPABILITY=%s is not such as 8.6", capability.c_str());
  }
  for (const std::string& item : items_of("FK_DOUBLE_CUDA_MODULE")) config.modules.push_back(std::atoi(item.c_str()));
  for (const std::string& item : items_of("FK_DOUBLE_CUDA_FAIL")) {
    char symbol[64] = {}, onwards = 0;
    long call = 0;
    int code = 0;
    const bool one = std::sscanf(item.c_str(), "%63[^:]:%ld:%d", symbol, &call, &code) == 3;
    if (!one &&
        (std::sscanf(item.c_str(), "%63[^:]:%ld%c:%d", symbol, &call, &onwards, &code) != 4 || onwards != '+')) {
      breach("FK_DOUBLE_CUDA_FAIL has %s", item.c_str());
      continue;
    }
    config.faults.push_back({symbol, call, !one, code});
  }
  return config;
}

}  // namespace framekiln::doubles
