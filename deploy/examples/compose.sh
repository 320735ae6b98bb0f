#!/usr/bin/env bash
# Composes the example models of the quickstart: real licence texts beside tiny valid weights.
#
# usage: deploy/examples/compose.sh [--texts FOLDER] OUT
#   --texts FOLDER   texts of the licence pack (deploy/licence-pack.sh prints it); without it, examples that need one are left out
#   OUT              is remade at each run; refused if it holds anything that this script did not make
# stdout: the name of each model that was left out, a tab, and the text it needs
# exit: 0 done, 2 usage, or a folder that cannot be used
set -euo pipefail
here="$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)"
# shellcheck source=deploy/lib/common.sh
source "$here/../lib/common.sh"

readonly MARKER=".made-by-weighbridge-examples"

texts=""
out=""
while (($# > 0)); do
  case "$1" in
    --texts)
      (($# >= 2)) || wb_die "--texts needs a folder"
      [[ -d "$2" ]] || wb_die "no such folder: $2"
      texts="$(cd "$2" && pwd)"
      shift 2
      ;;
    -h | --help)
      sed -n '2,8s/^# \{0,1\}//p' "${BASH_SOURCE[0]}"
      exit 0
      ;;
    -*) wb_die "unknown option $1" "usage: deploy/examples/compose.sh [--texts FOLDER] OUT" ;;
    *)
      [[ -z "$out" ]] || wb_die "one folder only, got $out and $1"
      out="$1"
      shift
      ;;
  esac
done
[[ -n "$out" ]] || wb_die "no folder given" "usage: deploy/examples/compose.sh [--texts FOLDER] OUT"

if [[ -e "$out" && ! -f "$out/$MARKER" ]]; then
  [[ -d "$out" && -z "$(ls -A -- "$out")" ]] ||
    wb_die "$out is there and was not made by this script" "remove it, or name another folder"
fi
rm -rf -- "$out"
mkdir -p -- "$out" || wb_die "cannot make the folder $out" "name another one, or set XDG_CACHE_HOME"
cd -- "$out"
touch "$MARKER"
cp -rL -- "$here/profiles" profiles

# A valid safetensors file of one 2 x 2 tensor: length of the header (8 bytes, little endian), header, 16 bytes of data.
safetensors() {
  local file="$1" tensor="$2"
  local header="{\"$tensor\":{\"dtype\":\"F32\",\"shape\":[2,2],\"data_offsets\":[0,16]}}"
  while ((${#header} % 8 != 0)); do header+=" "; done
  # shellcheck disable=SC2059  # the format is the octal byte that was just made
  printf "\\$(printf '%03o' "${#header}")"'\000\000\000\000\000\000\000' >"$file"
  printf '%s' "$header" >>"$file"
  printf '\000\000\200\077%.0s' 1 2 3 4 >>"$file"
}

# The text of the pack behind its YAML front matter, to stdout.
text() { awk 'past >= 2 { print } /^---$/ && past < 2 { past++ }' "$texts/$1.LICENSE" | sed '1{/^$/d}'; }

# card FOLDER 'key: value'...    a model card of our own words with that front matter
card() {
  local folder="$1"
  shift
  {
    printf -- '---\n'
    printf '%s\n' "$@"
    printf -- '---\n\n# %s\n\nAn example of the Weighbridge quickstart. Its weights are four numbers.\n' "$(basename "$folder")"
  } >"$folder/README.md"
}

text_config() {
  printf '{"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 2, "vocab_size": 2}\n' >"$1/config.json"
}

# Begins the model $1. With $2: the key of the text it needs; false, and a line on stdout, if there is none.
model() {
  local name="$1" key="${2:-}"
  if [[ -n "$key" && ! -f "$texts/$key.LICENSE" ]]; then
    printf '%s\t%s\n' "$name" "$key"
    return 1
  fi
  mkdir -- "$name"
}

if model llama-3.1-8b llama-3.1-license-2024; then
  card llama-3.1-8b 'license: llama3.1' 'pipeline_tag: text-generation'
  text llama-3.1-license-2024 >llama-3.1-8b/LICENSE
  text_config llama-3.1-8b
  safetensors llama-3.1-8b/model.safetensors model.embed_tokens.weight
fi

# The threshold of the text edited from 700 to 70 million: more than 99 % the same words, and not the same licence.
if model llama-3.1-8b-edited llama-3.1-license-2024; then
  card llama-3.1-8b-edited 'license: llama3.1'
  text llama-3.1-license-2024 | sed 's/700 million/70 million/' >llama-3.1-8b-edited/LICENSE
  ! cmp -s llama-3.1-8b/LICENSE llama-3.1-8b-edited/LICENSE || wb_die "the text has no '700 million' to edit" "is $texts the pinned licence pack?"
  text_config llama-3.1-8b-edited
  safetensors llama-3.1-8b-edited/model.safetensors model.embed_tokens.weight
fi

# The card says something freer than the text beside it.
if model my-chat-model llama-3.1-license-2024; then
  card my-chat-model 'license: apache-2.0'
  text llama-3.1-license-2024 >my-chat-model/LICENSE
  text_config my-chat-model
  safetensors my-chat-model/model.safetensors model.embed_tokens.weight
fi

if model flux.1-dev flux-1-nc; then
  card flux.1-dev 'license: other' 'license_name: flux-1-dev-non-commercial-license' 'license_link: LICENSE.md'
  text flux-1-nc >flux.1-dev/LICENSE.md
  safetensors flux.1-dev/flux1-dev.safetensors img_in.weight
fi

if model flux.1-schnell apache-2.0; then
  card flux.1-schnell 'license: apache-2.0'
  text apache-2.0 >flux.1-schnell/LICENSE
  safetensors flux.1-schnell/flux1-schnell.safetensors img_in.weight
fi

if model llama-4-scout llama-4-cla-2025; then
  card llama-4-scout 'license: other' 'license_name: llama4' 'license_link: LICENSE'
  text llama-4-cla-2025 >llama-4-scout/LICENSE
  printf '{"architectures": ["Llama4ForConditionalGeneration"], "model_type": "llama4", "text_config": {"model_type": "llama4_text"}, "vision_config": {"model_type": "llama4_vision_model"}}\n' \
    >llama-4-scout/config.json
  safetensors llama-4-scout/model.safetensors vision_model.patch_embedding.linear.weight
fi

# From here on nothing needs a text.

if model gemma-tag-only; then
  card gemma-tag-only 'license: gemma'
  printf '{"architectures": ["GemmaForCausalLM"], "model_type": "gemma", "hidden_size": 2, "vocab_size": 2}\n' >gemma-tag-only/config.json
  safetensors gemma-tag-only/model.safetensors model.embed_tokens.weight
fi

if model llama-3.1-tag-only; then
  card llama-3.1-tag-only 'license: llama3.1'
  text_config llama-3.1-tag-only
  safetensors llama-3.1-tag-only/model.safetensors model.embed_tokens.weight
fi

if model no-licence; then
  card no-licence 'language: en'
  safetensors no-licence/model.safetensors model.embed_tokens.weight
fi

# A download that broke off: the header promises more data than the file has.
if model truncated; then
  card truncated 'license: mit'
  safetensors truncated/whole.safetensors model.embed_tokens.weight
  head -c -4 truncated/whole.safetensors >truncated/model.safetensors
  rm truncated/whole.safetensors
fi
