using Pipeline.Training.Native;

namespace Pipeline.Training.Tests.Native;

public sealed class NativeHeapTests
{
    [Fact]
    public void Freed_memory_is_kept_on_the_CPU_alone() =>
        Assert.Equal(HeapChoice.OtherDevice, NativeHeap.ChoiceFor("cuda", []));

    [Theory]
    [InlineData("MALLOC_ARENA_MAX")]
    [InlineData("MALLOC_TOP_PAD_")]
    public void A_setting_of_the_user_stands(string name) =>
        Assert.Equal(HeapChoice.UserSettings, NativeHeap.ChoiceFor("cpu", ["PATH", name]));

    [Fact]
    public void Without_one_it_is_kept_on_Linux() =>
        Assert.Equal(OperatingSystem.IsLinux() ? HeapChoice.Kept : HeapChoice.OtherLibrary, NativeHeap.ChoiceFor("cpu", ["PATH"]));
}
