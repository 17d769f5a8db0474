// What tests of the call journal have in common: budgets, failures, and the look at promise 3.
#pragma once
#include <optional>
#include <string>

#include "store/budgets.h"
#include "store/cache.h"
#include "store/calls.h"
#include "tests/support/store_fixture.h"

namespace docwright::test {

using store::State;
using store::Window;

inline constexpr Nusd kCent = 10'000'000;

class CallsFixture : public StoreTest {
 protected:
  void budget(Window window, std::optional<Nusd> nusd, std::optional<std::int64_t> tokens = {}) {
    EXPECT_TRUE(change(
        [&](auto& database) { return store::set_budget(database, window, {nusd, tokens}, now_); }));
  }
  store::BudgetState budget_state() { return store::budgets(database(), now_).at(0); }

  Result<void> fail_call(std::int64_t call, bool charged) {
    return change([&](auto& database) {
      const store::CallFailure failure{"timeout", "no answer in 60 s"};
      return charged ? store::unknown(database, {call}, failure, now_)
                     : store::failed(database, {call}, failure, now_);
    });
  }
  std::optional<store::RecordedCall> recorded(const store::CallKey& key, bool fresh = false) {
    return store::recorded_answer(database(), key, fresh ? std::nullopt : std::optional(Time{}));
  }
  // Promise 3, at this instant.
  void expect_promise_3() { EXPECT_EQ(count("SELECT count(*) FROM promise_3_violations"), 0); }
};

}  // namespace docwright::test
