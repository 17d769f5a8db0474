#include "pipeline/call/limits.h"

#include <algorithm>
#include <iterator>

namespace docwright::pipeline {
namespace {

using Charges = config::LimitSettings::Charges;
using providers::TokensCharged;

TokensCharged charged(Charges setting, TokensCharged own) {
  switch (setting) {
    case Charges::provider:
      return own;
    case Charges::used:
      return TokensCharged::used;
    case Charges::requested:
      return TokensCharged::requested;
    case Charges::larger:
      return TokensCharged::larger;
  }
  return own;
}

Demands::Bounds bounds_of(const Inquiry& inquiry) {
  return {inquiry.input_tokens_max, inquiry.question->answer_tokens_max};
}

}  // namespace

Limits::Limits(Loop& loop, Random& random, CallLimits settings)
    : loop_(loop), random_(random), settings_(std::move(settings)) {}

const std::shared_ptr<QuotaGroup>& Limits::group_of(const Inquiry& inquiry,
                                                    const providers::Endpoint& endpoint) {
  const providers::Model& model = *inquiry.model;
  const std::string key = model.quota_group.empty()
                              ? model.provider + '\n' + endpoint.base_url + '\n' +
                                    endpoint.deployment + '\n' + model.api_name
                              : model.provider + '\n' + model.quota_group;
  std::shared_ptr<QuotaGroup>& group = groups_[key];
  if (!group)
    group = std::make_shared<QuotaGroup>(loop_, random_, rules_of(inquiry), past_of(model));
  return group;
}

QuotaGroup::Rules Limits::rules_of(const Inquiry& inquiry) const {
  const providers::Model& model = *inquiry.model;
  QuotaGroup::Rules rules{.name = model.quota_group.empty() ? model.name : model.quota_group,
                          .provider_name = model.provider,
                          .settings = {},
                          .provider = inquiry.provider->limits,
                          .calls_max = settings_.calls};
  for (const std::string& name : {model.quota_group, model.provider}) {
    const auto found = settings_.groups.find(name);
    if (found == settings_.groups.end()) continue;
    rules.settings = found->second;
    break;
  }
  rules.provider.charged = charged(rules.settings.charges, rules.provider.charged);
  return rules;
}

std::vector<PastCalls> Limits::past_of(const providers::Model& model) const {
  std::vector<PastCalls> past;
  std::ranges::copy_if(settings_.past, std::back_inserter(past), [&](const PastCalls& calls) {
    const bool together = !model.quota_group.empty() && calls.quota_group == model.quota_group;
    return calls.provider == model.provider && (together || calls.model == model.name);
  });
  return past;
}

Demand Limits::expected(const QuotaGroup& group, const Inquiry& inquiry) const {
  return demands_.expected(inquiry.model->name, inquiry.key.step, bounds_of(inquiry),
                           group.rules().provider);
}

void Limits::learn(const QuotaGroup& group, const Inquiry& inquiry, const Usage& usage) {
  demands_.learn(inquiry.model->name, inquiry.key.step, bounds_of(inquiry), usage,
                 group.rules().provider);
}

}  // namespace docwright::pipeline
