// What `run` is asked to do; shared by its command line and by what talks to the engine.
#ifndef WEIGHBRIDGE_SERVICES_CLI_RUN_OPTIONS_H_
#define WEIGHBRIDGE_SERVICES_CLI_RUN_OPTIONS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace weighbridge::cli {

struct RunOptions {
  std::string path;
  std::vector<std::string> adapters;
  std::string file;
  std::optional<std::string> prompt;
  uint32_t tokens_max = 128;
  uint32_t context_tokens = 0;
  std::string envelope;  // bytes of --approval; empty: the engine looks for one
  std::string trust, use, environment, region, engine_id;
  float temperature = 0.8f;
  std::optional<uint32_t> seed;
  std::string llama_dir, engine, server;
  std::string approvals_from;  // server that the started engine asks how approvals stand; empty: the database
  std::string db_path;
  bool create_db = false;
  bool quiet = false;
};

// Starts an engine (or uses `server`), loads, and prints tokens to stdout as they come; without a prompt a conversation
// on a terminal, else the prompt is stdin. Returns the exit code; everything that went wrong is on stderr by then.
// After BecomeRemote().
int RunOnEngine(const RunOptions& options);

}  // namespace weighbridge::cli

#endif  // WEIGHBRIDGE_SERVICES_CLI_RUN_OPTIONS_H_
