#include "list.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace collate {
namespace {

TEST(List, IsJsonThatNamesEachCodecAndPlacement) {
  const auto list = nlohmann::json::parse(collate::list());
  EXPECT_EQ(list["client"], "cpp");
  EXPECT_NE(std::string(list["runtime"]).find("Boost.Asio"), std::string::npos);
  ASSERT_EQ(list["codecs"].size(), 2U);
  EXPECT_EQ(list["codecs"][0]["name"], "json");
  EXPECT_EQ(std::string(list["codecs"][0]["library"]).substr(0, 9), "simdjson ");
  ASSERT_EQ(list["placements"].size(), 2U);
  EXPECT_EQ(list["placements"][1]["name"], "collect-windowed");
  EXPECT_EQ(list["placements"][1]["order"], "request");
  EXPECT_NE(list["placements"][0]["about"], "");
}

}  // namespace
}  // namespace collate
