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

# little BYTES NUMBER    a number as little-endian bytes, to stdout
little() {
  local i
  for ((i = 0; i < $1; i++)); do
    # shellcheck disable=SC2059
    printf "\\$(printf '%03o' $((($2 >> (8 * i)) & 255)))"
  done
}

# A valid GGUF file of one 2 x 2 tensor and one key, its architecture.
gguf() {
  local file="$1" key=general.architecture value=llama tensor=token_embd.weight
  {
    printf GGUF
    little 4 3
    little 8 1
    little 8 1
    little 8 ${#key}
    printf '%s' "$key"
    little 4 8
    little 8 ${#value}
    printf '%s' "$value"
    little 8 ${#tensor}
    printf '%s' "$tensor"
    little 4 2
    little 8 2
    little 8 2
    little 4 0
    little 8 0
  } >"$file"
  while (($(stat -c %s "$file") % 32 != 0)); do printf '\000' >>"$file"; done
  printf '\000\000\200\077%.0s' 1 2 3 4 >>"$file"
}

# A git-lfs pointer to the file $1, to stdout.
pointer() {
  printf 'version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %s\n' "$(sha256sum <"$1" | cut -d' ' -f1)" "$(stat -c %s "$1")"
}

# Moves the file $2 into the blobs of the store $1 under its digest, and prints that.
blob() {
  local digest
  digest="$(sha256sum <"$2" | cut -d' ' -f1)"
  mv -- "$2" "$1/blobs/sha256-$digest"
  printf '%s' "$digest"
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

# ---- shapes that models have on disk -----------------------------------------------------------------------------------

# A pipeline whose parts have licences of their own: one of them is not for commercial use.
if model pipeline-mixed flux-1-nc; then
  card pipeline-mixed 'license: apache-2.0'
  text apache-2.0 >pipeline-mixed/LICENSE
  printf '{"_class_name": "FluxPipeline", "transformer": ["diffusers", "FluxTransformer2DModel"], "vae": ["diffusers", "AutoencoderKL"]}\n' \
    >pipeline-mixed/model_index.json
  mkdir pipeline-mixed/transformer pipeline-mixed/vae
  printf '{"_class_name": "FluxTransformer2DModel"}\n' >pipeline-mixed/transformer/config.json
  safetensors pipeline-mixed/transformer/diffusion_pytorch_model.safetensors img_in.weight
  text flux-1-nc >pipeline-mixed/transformer/LICENSE.md
  printf '{"_class_name": "AutoencoderKL"}\n' >pipeline-mixed/vae/config.json
  safetensors pipeline-mixed/vae/diffusion_pytorch_model.safetensors decoder.conv_in.weight
fi

# The same bytes as llama-3.1-8b, checked out with pointers instead of weights.
if model llama-3.1-8b-pointers llama-3.1-license-2024; then
  cp -- llama-3.1-8b/* llama-3.1-8b-pointers/
  pointer llama-3.1-8b/model.safetensors >llama-3.1-8b-pointers/model.safetensors
fi

# An adapter is judged with its base.
if model support-adapter; then
  card support-adapter 'license: apache-2.0' 'base_model: meta-llama/Llama-3.1-8B' 'library_name: peft'
  printf '{"peft_type": "LORA", "base_model_name_or_path": "meta-llama/Llama-3.1-8B", "r": 8, "lora_alpha": 16, "target_modules": ["q_proj"]}\n' \
    >support-adapter/adapter_config.json
  safetensors support-adapter/adapter_model.safetensors base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight
fi

# Weights in two shards and the index that names them.
if model sharded; then
  card sharded 'license: apache-2.0'
  safetensors sharded/model-00001-of-00002.safetensors model.embed_tokens.weight
  safetensors sharded/model-00002-of-00002.safetensors lm_head.weight
  printf '{"metadata": {"total_size": 32}, "weight_map": {"model.embed_tokens.weight": "model-00001-of-00002.safetensors", "lm_head.weight": "model-00002-of-00002.safetensors"}}\n' \
    >sharded/model.safetensors.index.json
fi

# Two models below one folder.
if model several; then
  mkdir several/one several/two
  card several/one 'license: apache-2.0'
  safetensors several/one/model.safetensors model.embed_tokens.weight
  card several/two 'license: other'
  safetensors several/two/model.safetensors model.embed_tokens.weight
fi

# Two quantisations; one file is gated with the documents of its folder.
if model quantised; then
  card quantised 'license: apache-2.0'
  gguf quantised/chat-q4.gguf
  gguf quantised/chat-q8.gguf
fi

# A folder of a hub's cache: snapshots of links into blobs.
if model hub; then
  repository=hub/models--example--chat
  snapshot=$repository/snapshots/0123456789abcdef0123456789abcdef01234567
  mkdir -p $repository/blobs $repository/refs $snapshot
  printf '0123456789abcdef0123456789abcdef01234567' >$repository/refs/main
  mkdir scratch
  card scratch 'license: apache-2.0'
  safetensors scratch/model.safetensors model.embed_tokens.weight
  for file in README.md model.safetensors; do
    digest="$(sha256sum <scratch/$file | cut -d' ' -f1)"
    mv scratch/$file "$repository/blobs/$digest"
    ln -s "../../blobs/$digest" "$snapshot/$file"
  done
  rmdir scratch
fi

# A store of an Ollama installation: a manifest names blobs, and one of them is the licence.
if model ollama apache-2.0; then
  mkdir -p ollama/blobs ollama/manifests/registry.example/library/chat
  gguf weights
  text apache-2.0 >licence
  printf '{"model_format": "gguf", "model_family": "llama"}' >settings
  sizes="$(stat -c %s weights) $(stat -c %s licence) $(stat -c %s settings)"
  read -r weights_size licence_size settings_size <<<"$sizes"
  printf '{"schemaVersion": 2, "mediaType": "application/vnd.docker.distribution.manifest.v2+json", "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:%s", "size": %s}, "layers": [{"mediaType": "application/vnd.ollama.image.model", "digest": "sha256:%s", "size": %s}, {"mediaType": "application/vnd.ollama.image.license", "digest": "sha256:%s", "size": %s}]}' \
    "$(blob ollama settings)" "$settings_size" "$(blob ollama weights)" "$weights_size" "$(blob ollama licence)" "$licence_size" \
    >ollama/manifests/registry.example/library/chat/latest
fi
