"""The one protoc macro of this project."""

def _srcs_label(dep):
    """Label of the sources filegroup that belongs to a cc_proto_set target."""
    return dep + "_srcs"

def cc_proto_set(name, srcs, deps = [], grpc = False, visibility = None):
    """Generates C++ for .proto files of this package with the system's protoc.

    Messages and services are two libraries, so that who needs the messages alone never sees a gRPC header.

    Args:
      name: of the cc_library.
      srcs: .proto files of this package.
      deps: other cc_proto_set targets whose files these import.
      grpc: also make NAME_grpc, the stubs and services of these files.
      visibility: of the cc_library and of its sources.
    """
    native.filegroup(
        name = name + "_srcs",
        srcs = srcs + [_srcs_label(dep) for dep in deps],
        visibility = ["//visibility:public"],
    )
    package = native.package_name()
    outs = []
    for src in srcs:
        base = src[:-len(".proto")]
        outs += [base + ".pb.h", base + ".pb.cc"]
    native.genrule(
        name = name + "_gen",
        srcs = srcs + [_srcs_label(dep) for dep in deps],
        outs = outs,
        cmd = "protoc -I. --cpp_out=$(GENDIR) " + " ".join([package + "/" + src for src in srcs]),
    )
    native.cc_library(
        name = name,
        srcs = [out for out in outs if out.endswith(".cc")],
        hdrs = [out for out in outs if out.endswith(".h")],
        copts = ["-Wno-unused"],
        visibility = visibility,
        deps = deps + ["//:protobuf"],
    )
    if not grpc:
        return
    grpc_outs = []
    for src in srcs:
        base = src[:-len(".proto")]
        grpc_outs += [base + ".grpc.pb.h", base + ".grpc.pb.cc"]
    native.genrule(
        name = name + "_grpc_gen",
        srcs = srcs + [_srcs_label(dep) for dep in deps],
        outs = grpc_outs,
        cmd = "protoc -I. --plugin=protoc-gen-grpc=/usr/bin/grpc_cpp_plugin --grpc_out=$(GENDIR) " +
              " ".join([package + "/" + src for src in srcs]),
    )
    native.cc_library(
        name = name + "_grpc",
        srcs = [out for out in grpc_outs if out.endswith(".cc")],
        hdrs = [out for out in grpc_outs if out.endswith(".h")],
        copts = ["-Wno-unused"],
        visibility = ["//:grpc_users"],
        deps = [":" + name] + deps + ["//:grpc"],
    )
