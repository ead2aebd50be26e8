import { useComputedColorScheme } from '@mantine/core';
import { BarChart as BarKind } from 'echarts/charts';
import { GridComponent, LegendComponent, TooltipComponent } from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

import { logRange } from './logarithmic';

register([BarKind, GridComponent, TooltipComponent, LegendComponent, CanvasRenderer]);

export interface BarChart {
  categories: string[];
  series: { name: string; values: (number | null)[]; color: string }[];
  /** A value in words, for axis and tooltip. */
  text: (value: number) => string;
  /** Times differ by orders of magnitude: a logarithmic axis keeps the short ones visible. */
  log?: boolean;
}

/** Grouped bars. */
export default function Bars({ chart }: { chart: BarChart }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    if (!box.current) return undefined;
    const drawn = init(box.current);
    const style = getComputedStyle(document.documentElement);
    const dim = style.getPropertyValue('--op-dim').trim();
    const line = style.getPropertyValue('--op-border').trim();
    const surface = style.getPropertyValue('--op-surface').trim();
    const text = style.getPropertyValue('--mantine-color-text').trim();
    const range = chart.log
      ? logRange(chart.series.flatMap((series) => series.values))
      : { min: 0 };
    drawn.setOption({
      animationDuration: 200,
      textStyle: { fontFamily: 'inherit', color: dim },
      grid: { left: 8, right: 8, top: 34, bottom: 4, containLabel: true },
      legend: { top: 0, left: 0, itemWidth: 10, itemHeight: 10, textStyle: { color: dim } },
      tooltip: {
        trigger: 'axis',
        confine: true,
        backgroundColor: surface,
        borderColor: line,
        textStyle: { color: text, fontSize: 12 },
        valueFormatter: (value: unknown) => (typeof value === 'number' ? chart.text(value) : '–'),
      },
      xAxis: {
        type: 'category',
        data: chart.categories,
        axisLine: { lineStyle: { color: line } },
        axisTick: { show: false },
        axisLabel: { color: dim },
      },
      yAxis: {
        type: chart.log ? 'log' : 'value',
        ...range,
        // Bars of a logarithmic axis begin at 1 if nothing is said.
        startValue: range.min,
        minInterval: 1,
        axisLabel: { color: dim, formatter: (value: number) => chart.text(value) },
        splitLine: { lineStyle: { color: line } },
      },
      series: chart.series.map((series) => ({
        type: 'bar' as const,
        name: series.name,
        data: chart.log
          ? series.values.map((value) => (value === null ? null : Math.max(value, range.min)))
          : series.values,
        ...(chart.log && { barMinHeight: 2 }),
        itemStyle: { color: series.color, borderRadius: [3, 3, 0, 0] },
        barMaxWidth: 22,
      })),
    });
    const observer = new ResizeObserver(() => drawn.resize());
    observer.observe(box.current);
    return () => {
      observer.disconnect();
      drawn.dispose();
    };
  }, [chart, scheme]);
  return <div ref={box} style={{ width: '100%', height: '100%' }} />;
}
