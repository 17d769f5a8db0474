// The quota groups of everything that is asked, made when they are first needed.
#pragma once
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/call/demand.h"
#include "pipeline/call/inquiry.h"
#include "pipeline/call/quota_group.h"

namespace docwright::pipeline {

struct CallLimits {
  int calls = 64;                                       // in flight at once, local ones not counted
  std::map<std::string, config::LimitSettings> groups;  // by quota group, or by provider
  std::vector<PastCalls> past = {};                     // in the order of time
};

// Loop thread only. Bounded by the models that are configured.
class Limits final {
 public:
  // Both outlive it.
  Limits(Loop& loop, Random& random, CallLimits settings);

  // The model's own word for its group; without one, the model at its address is a group by itself.
  const std::shared_ptr<QuotaGroup>& group_of(const Inquiry& inquiry,
                                              const providers::Endpoint& endpoint);
  // By a key of our own.
  const auto& groups() const { return groups_; }
  Demand expected(const QuotaGroup& group, const Inquiry& inquiry) const;
  void learn(const QuotaGroup& group, const Inquiry& inquiry, const Usage& usage);

 private:
  QuotaGroup::Rules rules_of(const Inquiry& inquiry) const;
  std::vector<PastCalls> past_of(const providers::Model& model) const;

  Loop& loop_;
  Random& random_;
  const CallLimits settings_;
  std::map<std::string, std::shared_ptr<QuotaGroup>, std::less<>> groups_;
  Demands demands_;
};

}  // namespace docwright::pipeline
