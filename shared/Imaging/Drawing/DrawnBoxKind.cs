namespace Pipeline.Shared.Imaging.Drawing;

/// <summary>How a box is drawn; in this order, later ones over earlier ones.</summary>
internal enum DrawnBoxKind
{
    Ignored,
    Truth,
    Object,
    Missed,
}
