# FoveaConfig.cmake - what find_package(Fovea) defines, for CMake 3.16 or later and projects with the language C.
#
#   find_package(Fovea REQUIRED)
#   fovea_add_model(digits SOURCE models/digits.fov)
#   target_link_libraries(app PRIVATE digits)          # app includes "digits.h"
#
# fovea_add_model(TARGET SOURCE FILE [NAME PREFIX] [TARGET c|avx2|avx512|auto|opencl] [NET NAME] [BATCH N]
#                 [DEFINES NAME=VALUE...] [SAFETENSORS FILE|random:SEED] [WEIGHTS incbin|array|file])
#
#   adds a static library of that name, made from the C that Fovea compiles the model to; its header is PREFIX.h, and
#   PREFIX is the library's name unless another is given. Paths are relative to the source folder. The model is compiled
#   again when it changes, or anything that it reads: imports, labels, weights. WEIGHTS says where they go: into the
#   program by the assembler (incbin, the default), as a C array, or nowhere (file): the target's property FOVEA_WEIGHTS
#   is the path of PREFIX.weights, for the program to map.
#
# Fovea::fovea is the compiler. Fovea::runtime is what emitted code links with, once for all models of a program; its
# real name is fovea_runtime: target_compile_definitions(fovea_runtime PUBLIC FOVEA_SMALL). Models of target opencl link
# with fovea_opencl too, for which find_package(OpenCL) has to find its headers and its loader.
cmake_minimum_required(VERSION 3.16...3.25)

get_property(_fovea_languages GLOBAL PROPERTY ENABLED_LANGUAGES)
if(NOT "C" IN_LIST _fovea_languages)
  set(Fovea_FOUND FALSE)
  set(Fovea_NOT_FOUND_MESSAGE "Fovea emits C: enable the language with project(... LANGUAGES C) before find_package")
  return()
endif()

# Found from here, so that the whole may be moved: this file is in share/cmake/Fovea.
get_filename_component(_fovea_prefix "${CMAKE_CURRENT_LIST_DIR}/../../.." ABSOLUTE)
set(Fovea_EXECUTABLE "${_fovea_prefix}/bin/fovea")
set(Fovea_RUNTIME_DIR "${_fovea_prefix}/share/fovea")

if(NOT TARGET Fovea::fovea)
  add_executable(Fovea::fovea IMPORTED)
  set_target_properties(Fovea::fovea PROPERTIES IMPORTED_LOCATION "${Fovea_EXECUTABLE}")
endif()

# Models are slow without optimisation; only a build type that asks for something else gets it.
set(_fovea_optimise "$<$<OR:$<CONFIG:>,$<CONFIG:Release>,$<CONFIG:RelWithDebInfo>>:-O3>")

if(NOT TARGET fovea_runtime)
  add_library(fovea_runtime STATIC EXCLUDE_FROM_ALL "${Fovea_RUNTIME_DIR}/fovea.c")
  add_library(Fovea::runtime ALIAS fovea_runtime)
  target_include_directories(fovea_runtime PUBLIC "${Fovea_RUNTIME_DIR}")
  target_compile_features(fovea_runtime PRIVATE c_std_99)
  target_compile_options(fovea_runtime PRIVATE ${_fovea_optimise})
  target_link_libraries(fovea_runtime PUBLIC m)
  set_target_properties(fovea_runtime PROPERTIES POSITION_INDEPENDENT_CODE ON)
endif()

# Made when the first model of target opencl is added: no other needs OpenCL.
function(_fovea_add_opencl)
  if(TARGET fovea_opencl)
    return()
  endif()
  find_package(OpenCL REQUIRED)
  file(GLOB sources "${Fovea_RUNTIME_DIR}/opencl/*.c")
  add_library(fovea_opencl STATIC EXCLUDE_FROM_ALL ${sources})
  target_compile_features(fovea_opencl PRIVATE c_std_99)
  # By paths and not by the imported target, which only this folder of the project knows.
  target_include_directories(fovea_opencl SYSTEM PRIVATE ${OpenCL_INCLUDE_DIRS})
  target_link_libraries(fovea_opencl PUBLIC Fovea::runtime ${OpenCL_LIBRARIES})
  set_target_properties(fovea_opencl PROPERTIES POSITION_INDEPENDENT_CODE ON)
endfunction()

# How a command of this generator learns what was read: from the depfile, or else by looking at all that could be.
function(_fovea_dependencies result depfile source)
  if(CMAKE_GENERATOR MATCHES "Ninja" OR NOT CMAKE_VERSION VERSION_LESS 3.21
     OR (CMAKE_GENERATOR MATCHES "Makefiles" AND NOT CMAKE_VERSION VERSION_LESS 3.20))
    set(${result} DEPFILE "${depfile}" PARENT_SCOPE)
  else()
    get_filename_component(folder "${source}" DIRECTORY)
    file(GLOB beside CONFIGURE_DEPENDS "${folder}/*.fov" "${folder}/*.txt" "${folder}/*.safetensors")
    set(${result} DEPENDS ${beside} PARENT_SCOPE)
  endif()
endfunction()

function(fovea_add_model library)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "SOURCE;NAME;TARGET;NET;BATCH;SAFETENSORS;WEIGHTS" "DEFINES")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    set(wrong ${arg_UNPARSED_ARGUMENTS} ${arg_KEYWORDS_MISSING_VALUES})
    message(FATAL_ERROR "fovea_add_model(${library}): cannot use ${wrong}")
  elseif(NOT arg_SOURCE)
    message(FATAL_ERROR "fovea_add_model(${library}): no model is given with SOURCE")
  endif()
  if(NOT arg_NAME)
    string(MAKE_C_IDENTIFIER "${library}" arg_NAME)
  endif()
  if(NOT arg_WEIGHTS)
    set(arg_WEIGHTS incbin)
  endif()
  get_filename_component(source "${arg_SOURCE}" ABSOLUTE)

  # Ninja wants the names in a depfile as it knows them itself: relative to this folder, by older CMakes to the top.
  set(base "${CMAKE_CURRENT_BINARY_DIR}")
  if(CMAKE_VERSION VERSION_LESS 3.20)
    set(base "${CMAKE_BINARY_DIR}")
  endif()
  set(folder "${CMAKE_CURRENT_BINARY_DIR}/fovea/${library}")
  file(RELATIVE_PATH relative "${base}" "${folder}")

  set(stem "${folder}/${arg_NAME}")
  set(sources "${stem}.c" "${stem}.h")
  if(arg_WEIGHTS STREQUAL "incbin")
    set(embed incbin)
    # C compilers can assemble, so that no project has to enable the language ASM.
    list(APPEND sources "${stem}_weights.S")
    string(TOUPPER "${arg_NAME}" macro)
    set_source_files_properties("${stem}_weights.S" PROPERTIES LANGUAGE C COMPILE_OPTIONS "-x;assembler-with-cpp"
                                COMPILE_DEFINITIONS "${macro}_WEIGHTS_FILE=\"${stem}.weights\""
                                OBJECT_DEPENDS "${stem}.weights")
  elseif(arg_WEIGHTS STREQUAL "array")
    set(embed array)
    list(APPEND sources "${stem}_weights.c")
  elseif(arg_WEIGHTS STREQUAL "file")
    set(embed none)
  else()
    message(FATAL_ERROR "fovea_add_model(${library}): WEIGHTS is incbin, array or file, not ${arg_WEIGHTS}")
  endif()

  set(options --name "${arg_NAME}" --embed ${embed})
  foreach(option TARGET NET BATCH)
    if(arg_${option})
      string(TOLOWER "--${option}" word)
      list(APPEND options ${word} "${arg_${option}}")
    endif()
  endforeach()
  foreach(define IN LISTS arg_DEFINES)
    list(APPEND options -D "${define}")
  endforeach()
  set(read "${source}")
  if(arg_SAFETENSORS MATCHES "^random:")
    list(APPEND options --weights "${arg_SAFETENSORS}")
  elseif(arg_SAFETENSORS)
    get_filename_component(safetensors "${arg_SAFETENSORS}" ABSOLUTE)
    list(APPEND options --weights "${safetensors}")
    list(APPEND read "${safetensors}")
  endif()

  _fovea_dependencies(dependencies "${stem}.d" "${source}")
  add_custom_command(
    OUTPUT ${sources} "${stem}.weights"
    COMMAND "${Fovea_EXECUTABLE}" compile "${source}" -o "${relative}" ${options} --depfile "${stem}.d"
    DEPENDS "${Fovea_EXECUTABLE}" ${read}
    WORKING_DIRECTORY "${base}"
    COMMENT "Compiling net ${arg_NAME}"
    VERBATIM
    ${dependencies})

  add_library(${library} STATIC ${sources})
  target_include_directories(${library} PUBLIC "${folder}")
  target_compile_features(${library} PRIVATE c_std_99)
  target_compile_options(${library} PRIVATE ${_fovea_optimise})
  target_link_libraries(${library} PUBLIC Fovea::runtime)
  if(arg_TARGET STREQUAL "opencl")
    _fovea_add_opencl()
    target_link_libraries(${library} PUBLIC fovea_opencl)
  endif()
  set_target_properties(${library} PROPERTIES POSITION_INDEPENDENT_CODE ON FOVEA_WEIGHTS "${stem}.weights")
endfunction()
