// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

// What the environment asks of the double of libcuda; double.h lists it. For tests only.
namespace framekiln::doubles {

struct Fault {
  std::string symbol;
  long call;  ///< counted from 1
  bool onwards;
  int code;
  long calls = 0;  ///< so far
};

struct Config {
  int devices = 1;
  int driver = 13000;
  int major = 8, minor = 6;
  unsigned long long memory = 16ull << 30;
  unsigned delay = 1000;     ///< microseconds
  std::vector<int> modules;  ///< results of the next calls of cuModuleLoadData
  std::vector<Fault> faults;
};

/// What it cannot read is a breach.
Config read_config();

}  // namespace framekiln::doubles
