import { useComputedColorScheme } from '@mantine/core';
import { LineChart } from 'echarts/charts';
import {
  GridComponent,
  MarkLineComponent,
  MarkPointComponent,
  TooltipComponent,
} from 'echarts/components';
import { init, use as register } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';
import { useEffect, useRef } from 'react';

register([
  LineChart,
  GridComponent,
  TooltipComponent,
  MarkPointComponent,
  MarkLineComponent,
  CanvasRenderer,
]);

export interface BurnChart {
  /** What is left at a time, in milliseconds since 1970. */
  points: [at: number, left: number][];
  /** What used it. */
  marks: { at: number; left: number; name: string; text: string }[];
  from: number;
  until: number;
  /** A value in words. */
  text: (value: number) => string;
}

/** What is left of something over time, with what used it. */
export default function Burn({ chart }: { chart: BurnChart }) {
  const box = useRef<HTMLDivElement>(null);
  const scheme = useComputedColorScheme('light');
  useEffect(() => {
    if (!box.current) return undefined;
    const drawn = init(box.current);
    const style = getComputedStyle(document.documentElement);
    const read = (name: string) => style.getPropertyValue(name).trim();
    const [dim, line, accent, bad] = [
      read('--op-dim'),
      read('--op-border'),
      read('--op-accent'),
      read('--op-bad'),
    ];
    drawn.setOption({
      textStyle: { fontFamily: 'inherit', color: dim },
      grid: { left: 8, right: 16, top: 26, bottom: 4, containLabel: true },
      tooltip: {
        trigger: 'axis',
        confine: true,
        backgroundColor: read('--op-surface'),
        borderColor: line,
        textStyle: { color: read('--mantine-color-text'), fontSize: 12 },
        valueFormatter: (value: unknown) =>
          typeof value === 'number' ? `${chart.text(value)} left` : '–',
      },
      xAxis: {
        type: 'time',
        min: chart.from,
        max: chart.until,
        axisLine: { lineStyle: { color: line }, onZero: false },
        axisTick: { show: false },
        axisLabel: { color: dim, hideOverlap: true },
        splitLine: { show: false },
      },
      yAxis: {
        type: 'value',
        axisLabel: { color: dim, formatter: (value: number) => chart.text(value) },
        splitLine: { lineStyle: { color: line } },
      },
      series: [
        {
          type: 'line' as const,
          name: 'Allowance',
          data: chart.points,
          symbol: 'none',
          animation: false,
          color: accent,
          lineStyle: { width: 2, color: accent },
          areaStyle: { color: accent, opacity: 0.12 },
          markLine: {
            symbol: 'none',
            silent: true,
            animation: false,
            label: { show: false },
            lineStyle: { color: bad, type: 'solid', width: 1 },
            data: [{ yAxis: 0 }],
          },
          markPoint: {
            symbol: 'circle',
            symbolSize: 7,
            animation: false,
            itemStyle: { color: bad },
            label: { position: 'top', color: dim, fontSize: 11, formatter: '{b}' },
            data: chart.marks.map((mark) => ({ name: mark.name, coord: [mark.at, mark.left] })),
          },
        },
      ],
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
