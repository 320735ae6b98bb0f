"""The headers of llama.cpp, where deploy/llama.sh installed them."""

_VERSION = "3.22.1"

_BUILD = """
package(default_visibility = ["//visibility:public"])

cc_library(
    name = "headers",
    hdrs = glob(["include/*.h"]),
    defines = {defines},
    includes = ["include"],
)
"""

def _llama_headers_impl(ctx):
    env = ctx.os.environ
    folder = env.get("WEIGHBRIDGE_LLAMA_DIR", "")
    if not folder:
        cache = env.get("XDG_CACHE_HOME", "") or env.get("HOME", "/nowhere") + "/.cache"
        folder = cache + "/weighbridge/llama/" + _VERSION
    found = ctx.path(folder + "/complete").exists
    if found:
        ctx.symlink(folder + "/include", "include")
    ctx.file("BUILD", _BUILD.format(defines = ["WEIGHBRIDGE_HAS_LLAMA"] if found else []))

# Without the headers everything builds; the engine then says what to install.
llama_headers = repository_rule(
    implementation = _llama_headers_impl,
    configure = True,
    environ = ["HOME", "WEIGHBRIDGE_LLAMA_DIR", "WEIGHBRIDGE_LLAMA_INSTALLED", "XDG_CACHE_HOME"],
    local = True,
)
