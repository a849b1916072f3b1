// libtorch's default generator is one for the process: a run that seeds it must not share it with another test's.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
