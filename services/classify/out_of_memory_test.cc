// A text for which memory runs out is an error of that text alone: the thread's next answer is the one it always was.
#include <malloc.h>

#include <cstdint>
#include <cstdlib>
#include <memory>
#include <new>
#include <optional>
#include <string>
#include <thread>

#include "gtest/gtest.h"
#include "services/classify/classifier.h"
#include "services/classify/fixture.h"

namespace {

constexpr long kNever = -1;
thread_local long allocations_left = kNever;
thread_local int64_t live_bytes = 0;  // of what the thread allocated, less what it freed

void Free(void* memory) {
  live_bytes -= static_cast<int64_t>(malloc_usable_size(memory));
  std::free(memory);
}

}  // namespace

void* operator new(size_t size) {
  if (allocations_left == 0) throw std::bad_alloc();
  if (allocations_left > 0) --allocations_left;
  void* const memory = std::malloc(size > 0 ? size : 1);
  if (memory == nullptr) throw std::bad_alloc();
  live_bytes += static_cast<int64_t>(malloc_usable_size(memory));
  return memory;
}
void* operator new[](size_t size) { return operator new(size); }
void operator delete(void* memory) noexcept { Free(memory); }
void operator delete(void* memory, size_t) noexcept { Free(memory); }
void operator delete[](void* memory) noexcept { Free(memory); }
void operator delete[](void* memory, size_t) noexcept { Free(memory); }

namespace weighbridge::classify {
namespace {

std::string Describe(const Classification& found) {
  std::string out = Summary(found);
  for (const TextMatch& match : found.matches) {
    for (const std::string& also : match.also) out += " also " + also;
  }
  for (const TermHit& term : found.terms) out += " term " + term.phrase_id;
  return out;
}

// What a thread of its own answers when the allocation of this number has failed for the same text before; nothing if
// the text needs no more than these.
std::optional<std::string> AnswerAfterFailure(const Classifier& classifier, const std::string& text, long allocations) {
  std::optional<std::string> answer;
  std::thread([&] {
    bool failed = false;
    allocations_left = allocations;
    try {
      classifier.Classify(text);
    } catch (const std::bad_alloc&) {
      failed = true;
    }
    allocations_left = kNever;
    if (failed) answer = Describe(classifier.Classify(text));
  }).join();
  return answer;
}

TEST(OutOfMemoryTest, NextAnswerIsTheSame) {
  constexpr long kMostAllocations = 100000;
  // Two licences of the same words: an answer that forgets one of them would be bare.
  const Built built =
      BuildOrFail({LearnOrFail("Pebble", "1", PebbleText()), LearnOrFail("Shingle", "1", PebbleText()),
                   LearnOrFail("Tarn-2.0", "1", TarnText("2.0")), LearnOrFail("Tarn-2.1", "1", TarnText("2.1"))},
                  FixturePhrases());
  for (const std::string& text : {PebbleText() + "\n" + TarnText("2.0"), "In short:\n\n" + PebbleText()}) {
    const std::string usual = Describe(built.classifier->Classify(text));
    ASSERT_NE(usual.find("also"), std::string::npos) << usual;
    long failures = 0;
    for (; failures < kMostAllocations; ++failures) {
      const std::optional<std::string> answer = AnswerAfterFailure(*built.classifier, text, failures);
      if (!answer.has_value()) break;
      ASSERT_EQ(*answer, usual) << "after allocation " << failures << " had failed";
    }
    EXPECT_GT(failures, 50);
    EXPECT_LT(failures, kMostAllocations);
  }
}

TEST(OutOfMemoryTest, AThreadGivesBackWhatAHugeTextTook) {
  constexpr int64_t kMostKept = 12 << 20;
  const Built built = BuildFixture();
  std::string unknown, known;
  for (size_t i = 0; unknown.size() < size_t{6} << 20; ++i) unknown += {static_cast<char>('a' + i * i % 23), ' '};
  while (known.size() < size_t{2} << 20) known += TarnText() + "\n" + PebbleText();
  for (const std::string& text : {unknown, known}) {
    int64_t kept = 0;
    std::thread([&] {
      built.classifier->Classify(text);
      kept = live_bytes;
    }).join();
    EXPECT_LT(kept, kMostKept);
  }
}

}  // namespace
}  // namespace weighbridge::classify
