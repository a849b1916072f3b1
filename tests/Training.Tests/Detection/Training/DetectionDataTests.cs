using Pipeline.Shared.Datasets;
using Pipeline.Shared.Datasets.Kitti;
using Pipeline.Training.Detection.Training;
using Pipeline.Training.Tests.Engine;
using static TorchSharp.torch;

namespace Pipeline.Training.Tests.Detection.Training;

public sealed class DetectionDataTests : IDisposable
{
    private readonly DrawnScenes scenes = new();

    [Fact]
    public void Mirroring_an_image_mirrors_its_boxes()
    {
        using var scope = NewDisposeScope();
        using var data = new DetectionData(TinyFinetune.Images(Dataset.Open(scenes.Folder)), new LabelMap(KittiClasses.Default), 0);
        var (image, target) = data.Load("000008", flip: false);
        var (mirrored, mirroredTarget) = data.Load("000008", flip: true);

        Assert.NotEqual(0, target.Boxes.shape[0]);
        Assert.True(mirrored.flip(2).eq(image).all().item<bool>());
        Assert.True((mirroredTarget.Boxes[.., 0] + target.Boxes[.., 2]).sub(image.shape[2]).abs().max().item<float>() < 1e-3);
        Assert.True(target.Labels.eq(mirroredTarget.Labels).all().item<bool>());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void DontCare_regions_are_loaded_when_asked(bool ignoreDontCare)
    {
        using var scope = NewDisposeScope();
        var label = Path.Combine(scenes.Folder, "training", "label_2", "000008.txt");
        File.AppendAllText(label, "DontCare -1 -1 -10 20.5 30 60.25 50 -1 -1 -1 -1000 -1000 -1000 -10\n");
        var images = TinyFinetune.Images(Dataset.Open(scenes.Folder));
        using var data = new DetectionData(images, new LabelMap(KittiClasses.Default), 0, ignoreDontCare);

        var target = data.Load("000008", flip: false).Target;

        float[] expected = ignoreDontCare ? [20.5f, 30, 60.25f, 50] : [];
        Assert.Equal(expected, target.Ignore is null ? [] : target.Ignore.data<float>().ToArray());
        Assert.Equal(KittiLabelFile.Read(label).Count(entry => entry.Type != KittiClasses.DontCare), target.Boxes.shape[0]);
    }

    public void Dispose() => scenes.Dispose();
}
